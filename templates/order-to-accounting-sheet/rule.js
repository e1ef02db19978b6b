order.id || payment.order_id || payment.id ? true : skip("the event names neither an order nor a payment")
