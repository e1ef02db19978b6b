payment.amount != null || refund.amount != null || skip("the event names no amount")
