if (payment.currency !== "ZAR") return skip("not in rand");
return customer.email ? true : skip("the event names no e-mail address");
