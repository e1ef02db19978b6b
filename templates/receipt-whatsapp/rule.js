customer.phone ? true : skip("the event names no telephone number")
