customer.email ? true : skip("the event names no e-mail address")
