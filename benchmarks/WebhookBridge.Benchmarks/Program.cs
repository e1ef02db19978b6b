using BenchmarkDotNet.Running;
using WebhookBridge.Benchmarks;

// `ratio` prints the figures that benchmarks/README.md promises, in a few seconds and within one process;
// anything else is handed to BenchmarkDotNet (`--list flat`, `--filter '*Scriban*'`).
if (args is ["ratio", ..])
{
    return ScribanRatio.Print();
}

if (args is ["parse", var folder])
{
    return ParserSpeed.Print(folder);
}

if (args is ["verify", ..])
{
    return VerifySubject.Print();
}

// `rules` prints judgements a second, the same way.
if (args is ["rules", ..])
{
    return RuleSpeed.Print();
}

BenchmarkSwitcher.FromAssembly(typeof(ScribanBenchmarks).Assembly).Run(args);
return 0;
