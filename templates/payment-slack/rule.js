payment.amount != null || skip("the event names no amount")
