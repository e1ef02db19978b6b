using System.Reflection;
using WebhookBridge.Abstractions;
using WebhookBridge.Connectors.Conformance;
using WebhookBridge.Connectors.Http;

namespace WebhookBridge.Connectors.Tests;

/// <summary>No connector that ships is left out of the conformance suite.</summary>
public sealed class EverySuiteTests
{
    [Fact]
    public void EveryConnector_OfTheConnectorProjects_RunsTheConformanceSuite()
    {
        IConnector[] suites = [.. typeof(EverySuiteTests).Assembly.GetTypes()
            .Where(static t => t is { IsAbstract: false } && t.IsSubclassOf(typeof(ConnectorConformance)))
            .Select(static t => (IConnector)t.GetProperty("Connector", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(Activator.CreateInstance(t, new object?[t.GetConstructors()[0].GetParameters().Length]))!)];
        Type[] connectors = [.. Directory.EnumerateFiles(AppContext.BaseDirectory, "WebhookBridge.Connectors.*.dll")
            .Where(static f => !f.EndsWith(".Tests.dll", StringComparison.Ordinal))
            .SelectMany(static f => Assembly.LoadFrom(f).GetTypes())
            .Where(static t => t is { IsAbstract: false, IsInterface: false } && t.IsAssignableTo(typeof(IConnector)))];
        connectors.Length.ShouldBeGreaterThan(10);
        connectors.Except(suites.Select(static s => s.GetType())).ShouldBeEmpty();
        HookPresets.Connectors.Select(static c => c.Describe().Id).Except(suites.Select(static s => s.Describe().Id)).ShouldBeEmpty();
    }
}
