using Bench;

// Load tools for the benchmarks of this folder's run.sh: see ../README.md. Loopback only; every run is bounded in count and time. "fill" makes a large log to query, "pages" asks the console's pages of it.
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: load sink | fire | chain | fill | pages --key value …");
    return 2;
}

var options = new Opts(args.AsSpan(1));
return args[0] switch
{
    "sink" => await Sink.Run(options),
    "fire" => await Fire.Run(options),
    "chain" => await Chain.Run(options),
    "fill" => await Fill.Run(options),
    "pages" => await PageTimes.Run(options),
    _ => throw new ArgumentException("unknown tool " + args[0] + ": use sink, fire, chain, fill or pages"),
};
