if (!payment.pix.copy_paste) return skip("the event has no PIX code");
return customer.phone ? true : skip("the event names no telephone number");
