if (!/^https:\/\//.test(cart.url ?? "")) return skip("the event has no https link to the cart");
return customer.email ? true : skip("the event names no e-mail address");
