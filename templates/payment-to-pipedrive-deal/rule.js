if (!payment.id) return skip("the event names no payment");
return customer.email ? true : skip("the event names no e-mail address");
