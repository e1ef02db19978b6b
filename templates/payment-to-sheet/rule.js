payment.id || refund.id || dispute.id ? true : skip("the event names no payment")
