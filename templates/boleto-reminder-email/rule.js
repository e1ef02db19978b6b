if (!payment.boleto.line) return skip("the event has no boleto");
return customer.email ? true : skip("the event names no e-mail address");
