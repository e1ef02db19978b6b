if (!subscription.plan || !subscription.previous_plan) return skip("the event names no change of plan");
if (subscription.plan === subscription.previous_plan) return skip("the plan is the same");
return customer.email ? true : skip("the event names no e-mail address");
