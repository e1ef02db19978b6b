// A change of the plan only: other updates of a subscription (card, address) are no upgrade.
if (!subscription.plan || !subscription.previous_plan) return skip("the event names no change of plan");
return subscription.plan !== subscription.previous_plan || skip("the plan is the same");
