using System.Diagnostics;
using System.Globalization;
using Acornima;

namespace WebhookBridge.Benchmarks;

/// <summary>How fast real programs are parsed, beside acorn on the same files; see benchmarks/README.md.</summary>
public static class ParserSpeed
{
    private const int Rounds = 30;

    private static readonly string[] Files =
    [
        "react-dom/cjs/react-dom-client.development.js", "lodash/lodash.js", "jquery/dist/jquery.js",
        "terser/dist/bundle.min.js", "vue/dist/vue.global.prod.js",
    ];

    /// <summary>Prints the best of <see cref="Rounds"/> parses of each file. The folder is the one that the parser's tests install acorn into.</summary>
    public static int Print(string folder)
    {
        var paths = Files.Select(f => Path.Combine(folder, "node_modules", f)).ToArray();
        foreach (var path in paths)
        {
            var text = File.ReadAllText(path);
            var parser = new Parser();
            var best = TimeSpan.MaxValue;
            long allocated = 0;
            for (var i = 0; i < Rounds; i++)
            {
                GC.Collect();
                var before = GC.GetAllocatedBytesForCurrentThread();
                var start = Stopwatch.GetTimestamp();
                parser.ParseScript(text);
                var elapsed = Stopwatch.GetElapsedTime(start);
                allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                best = elapsed < best ? elapsed : best;
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"ours   {text.Length / 1e6:F2} MB {best.TotalMilliseconds,6:F1} ms {text.Length / best.TotalSeconds / 1e6,6:F1} MB/s, allocates {allocated / 1e6:F1} MB  {Path.GetFileName(path)}"));
        }

        var acorn = new ProcessStartInfo("node") { WorkingDirectory = folder, UseShellExecute = false };
        acorn.ArgumentList.Add("-e");
        acorn.ArgumentList.Add(AcornProgram);
        foreach (var argument in (string[])[Rounds.ToString(CultureInfo.InvariantCulture), .. paths])
        {
            acorn.ArgumentList.Add(argument);
        }

        using var node = Process.Start(acorn);
        node?.WaitForExit();
        return node?.ExitCode ?? 1;
    }

    // Lines and columns are asked for because our trees always have them.
    private const string AcornProgram = """
        const acorn = require(process.cwd() + '/node_modules/acorn'), fs = require('fs');
        const [rounds, ...paths] = process.argv.slice(1);
        for (const path of paths) {
          const text = fs.readFileSync(path, 'utf8');
          let best = Infinity;
          for (let i = 0; i < rounds; i++) {
            const start = process.hrtime.bigint();
            acorn.parse(text, { ecmaVersion: 'latest', locations: true });
            best = Math.min(best, Number(process.hrtime.bigint() - start) / 1e6);
          }
          console.log(`acorn  ${(text.length / 1e6).toFixed(2)} MB ${best.toFixed(1).padStart(6)} ms ${(text.length / best / 1e3).toFixed(1).padStart(6)} MB/s  ${path.split('/').pop()}`);
        }
        """;
}
