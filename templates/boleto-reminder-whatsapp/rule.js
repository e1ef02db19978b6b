if (!payment.boleto.line) return skip("the event has no boleto");
return customer.phone ? true : skip("the event names no telephone number");
