using Xunit.Abstractions;

namespace Acornima.Tests;

/// <summary>Whatever is done to a program, the parser answers with a tree or a syntax error, nothing else.</summary>
public sealed class MutationTests(ITestOutputHelper output)
{
    private const string Characters = "(){}[]<>=+-*/%&|^!~?:;,.'\"`$\\#@_ab01\n\r\t \u2028\uFEFF\uD83D\uDE00\0é";

    [Fact]
    public void Parse_DamagedPrograms_GivesATreeOrASyntaxError()
    {
        var rounds = Environment.GetEnvironmentVariable("WEBHOOKBRIDGE_TEST_PACE") switch { "quick" => 3, "long" => 300, _ => 15 };
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {rounds} rounds");
        var random = new Random(seed);
        var programs = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Fixtures"), "*.txt")
            .SelectMany(File.ReadLines).Where(l => l.StartsWith("> ", StringComparison.Ordinal)).Select(l => l[2..].Replace('␤', '\n')).ToList();
        var parser = new Parser();
        int trees = 0, errors = 0;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var program in programs)
            {
                var text = Damage(program + "\n" + programs[random.Next(programs.Count)], random);
                try
                {
                    _ = random.Next(2) == 0 ? (Ast.Program)parser.ParseScript(text) : parser.ParseModule(text);
                    trees++;
                }
                catch (ParseErrorException e)
                {
                    e.LineNumber.ShouldBeGreaterThan(0);
                    e.Column.ShouldBeGreaterThanOrEqualTo(0);
                    e.Index.ShouldBeInRange(0, text.Length);
                    errors++;
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"seed {seed}: {text}", e);
                }
            }
        }

        output.WriteLine($"{trees} trees, {errors} errors");
        errors.ShouldBeGreaterThan(trees / 10);
    }

    private static string Damage(string text, Random random)
    {
        var damaged = text.ToList();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            var at = random.Next(damaged.Count);
            switch (random.Next(4))
            {
                case 0:
                    damaged.RemoveAt(at);
                    break;
                case 1:
                    damaged.Insert(at, Characters[random.Next(Characters.Length)]);
                    break;
                case 2:
                    damaged[at] = Characters[random.Next(Characters.Length)];
                    break;
                default:
                    damaged.RemoveRange(at, Math.Min(damaged.Count - at, random.Next(1, 8)));
                    break;
            }

            if (damaged.Count == 0)
            {
                break;
            }
        }

        return new string([.. damaged]);
    }
}
