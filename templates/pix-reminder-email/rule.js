if (!payment.pix.copy_paste) return skip("the event has no PIX code");
return customer.email ? true : skip("the event names no e-mail address");
