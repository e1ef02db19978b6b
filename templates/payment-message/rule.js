payment.id || refund.payment_id ? true : skip("the event names no payment")
