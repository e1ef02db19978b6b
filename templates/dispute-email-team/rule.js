dispute.id || dispute.payment_id || payment.id ? true : skip("the event names no dispute")
