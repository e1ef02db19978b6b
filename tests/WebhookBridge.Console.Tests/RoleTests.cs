using System.Reflection;
using Microsoft.AspNetCore.Mvc.RazorPages;
using WebhookBridge.Server.WebConsole.Access;
using WebhookBridge.Testing;

namespace WebhookBridge.Console.Tests;

/// <summary>docs/roles.md is the one table of what a role may do; pages and handlers say the same.</summary>
public sealed class RoleTests
{
    [Fact]
    public void Pages_AndHandlers_NeedTheRoleOfTheTable()
    {
        var table = File.ReadLines(Path.Combine(RepositoryRoot.Path, "docs", "roles.md"))
            .Select(static l => l.Split('|', StringSplitOptions.TrimEntries)).Where(static c => c.Length >= 5 && c[1].StartsWith('`'))
            .ToDictionary(static c => c[1].Trim('`'), static c => c[2], StringComparer.Ordinal);
        Dictionary<string, string> code = new(StringComparer.Ordinal);
        foreach (Type model in typeof(Role).Assembly.GetTypes().Where(static t => !t.IsAbstract && t.IsAssignableTo(typeof(PageModel))))
        {
            bool open = model.IsDefined(typeof(OpenToAllAttribute), false);
            foreach (MethodInfo handler in model.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly).Where(static m => m.Name.StartsWith("OnGet", StringComparison.Ordinal) || m.Name.StartsWith("OnPost", StringComparison.Ordinal)))
            {
                Role needed = (Role)Math.Max((int)ConsoleGate.RoleOf(model), (int)ConsoleGate.RoleOf(handler));
                code[$"{model.Name[..^"Model".Length]}.{handler.Name.Replace("Async", "", StringComparison.Ordinal)}"] = open ? "everyone" : needed.Name();
            }

            if (!code.Keys.Any(k => k.StartsWith(model.Name[..^"Model".Length] + ".", StringComparison.Ordinal)))
            {
                code[$"{model.Name[..^"Model".Length]}.OnGet"] = open ? "everyone" : ConsoleGate.RoleOf(model).Name();
            }
        }

        foreach ((string action, string role) in code)
        {
            table.ShouldContainKey(action, $"docs/roles.md does not say who may do {action} (the code says {role})");
            table[action].ShouldBe(role, action);
        }

        table.Keys.Except(code.Keys).Where(static k => k.Contains(".On", StringComparison.Ordinal)).ShouldBeEmpty("the table names what is not in the code");
    }
}
