if (refund.amount == null) return skip("the event names no refunded amount");
return customer.email ? true : skip("the event names no e-mail address");
