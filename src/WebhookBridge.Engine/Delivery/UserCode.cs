using WebhookBridge.Engine.Configuration;
using WebhookBridge.Engine.Filtering;
using WebhookBridge.Engine.Model;
using WebhookBridge.Engine.Reshaping;

namespace WebhookBridge.Engine.Delivery;

/// <summary>Judges a delivery by the route's rule. Called once per delivery, again only after a time-out.</summary>
/// <param name="timeouts">How often user code ran out of time on this delivery; above 0 it gets four times the time.</param>
public delegate ValueTask<RuleVerdict> JudgeByRule(ActiveRoute route, EventView view, int timeouts);

/// <summary>Renders the route's template and fields. Called once per delivery, again only after a time-out.</summary>
/// <param name="timeouts">As for <see cref="JudgeByRule"/>.</param>
public delegate ReshapeResult ReshapeEvent(ActiveRoute route, EventView view, int timeouts);
