using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WebhookBridge.Testing;

/// <summary>A real HTTP server on 127.0.0.1 that records what it is sent and plays the replies it is told: in order, then the default one.</summary>
public sealed class StubServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly ConcurrentQueue<StubReply> _script = new();
    private readonly ConcurrentDictionary<string, Func<StubRequest, StubReply>> _paths = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly List<(int Count, TaskCompletionSource Met)> _waiters = [];
    private int _open;

    private readonly System.Runtime.CompilerServices.StrongBox<int> _connections;

    private StubServer(WebApplication app, System.Runtime.CompilerServices.StrongBox<int> connections)
    {
        _app = app;
        _connections = connections;
    }

    /// <summary>Connections that were opened to it, whether or not a request came.</summary>
    public int ConnectionCount => Volatile.Read(ref _connections.Value);

    /// <summary>Scheme, host and port, no slash at the end.</summary>
    public string Url { get; private set; } = "";

    public int Port => new Uri(Url).Port;

    /// <summary>What is answered when the script is empty.</summary>
    public StubReply Default { get; set; } = StubReply.Ok;

    /// <summary>Decides each request that no path and no script decides, instead of <see cref="Default"/>.</summary>
    public void DefaultFor(Func<StubRequest, StubReply> reply) => _default = reply;

    /// <summary>Whether requests are kept; off for floods that only count.</summary>
    public bool Recording { get; set; } = true;

    /// <summary>Every request so far, in the order of arrival.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. _requests];

    public int RequestCount => Volatile.Read(ref _count);

    /// <summary>Requests that are being answered now.</summary>
    public int Open => Volatile.Read(ref _open);

    /// <summary>The highest <see cref="Open"/> there has been.</summary>
    public int MostOpen { get; private set; }

    private int _count;

    private volatile Func<StubRequest, StubReply>? _default;

    public static async Task<StubServer> StartAsync()
    {
        System.Runtime.CompilerServices.StrongBox<int> connections = new();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = null;
            o.Limits.MinRequestBodyDataRate = null;
            o.Limits.MinResponseDataRate = null;
            o.Listen(IPAddress.Loopback, 0, l =>
            {
                l.Protocols = HttpProtocols.Http1;
                l.Use(next => connection =>
                {
                    Interlocked.Increment(ref connections.Value);
                    return next(connection);
                });
            });
        });
        builder.Logging.ClearProviders();
        WebApplication app = builder.Build();
        StubServer server = new(app, connections);
        app.Run(server.HandleAsync);
        await app.StartAsync().ConfigureAwait(false);
        server.Url = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First();
        return server;
    }

    /// <summary>Adds replies to the script.</summary>
    public StubServer Plays(params StubReply[] replies)
    {
        foreach (StubReply reply in replies)
        {
            _script.Enqueue(reply);
        }

        return this;
    }

    /// <summary>Decides each request at <paramref name="path"/> by <paramref name="reply"/>, before the script is looked at.</summary>
    public StubServer At(string path, Func<StubRequest, StubReply> reply)
    {
        _paths[path] = reply;
        return this;
    }

    /// <summary>Waits, in real time, until <paramref name="count"/> requests have arrived.</summary>
    public Task WhenRequestsAsync(int count)
    {
        TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (RequestCount >= count)
            {
                return Task.CompletedTask;
            }

            _waiters.Add((count, met));
        }

        return met.Task.WaitAsync(ManualTimeProvider.RealPatience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        using CancellationTokenSource atOnce = new(TimeSpan.FromSeconds(1));
        await _app.StopAsync(atOnce.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task HandleAsync(HttpContext context)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        StubRequest request = new(
            context.Request.Method,
            context.Request.Path.Value ?? "",
            context.Request.QueryString.Value ?? "",
            [.. context.Request.Headers.Select(static h => KeyValuePair.Create(h.Key, h.Value.ToString()))],
            body.ToArray());
        Arrived(request);
        try
        {
            StubReply reply = _paths.TryGetValue(request.Path, out Func<StubRequest, StubReply>? decide) ? decide(request)
                : _script.TryDequeue(out StubReply? next) ? next
                : _default?.Invoke(request) ?? Default;
            await PlayAsync(context, reply).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private void Arrived(StubRequest request)
    {
        if (Recording)
        {
            _requests.Enqueue(request);
        }

        lock (_gate)
        {
            MostOpen = Math.Max(MostOpen, Interlocked.Increment(ref _open));
            _count++;
            for (int i = _waiters.Count - 1; i >= 0; i--)
            {
                if (_count >= _waiters[i].Count)
                {
                    _waiters[i].Met.TrySetResult();
                    _waiters.RemoveAt(i);
                }
            }
        }
    }

    private async Task PlayAsync(HttpContext context, StubReply reply)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping.Token);
        try
        {
            switch (reply)
            {
                case StubReply.Answer answer:
                    context.Response.StatusCode = answer.Code;
                    foreach ((string name, string value) in answer.Headers)
                    {
                        context.Response.Headers.Append(name, value);
                    }

                    if (answer.Body.Length > 0)
                    {
                        await context.Response.Body.WriteAsync(answer.Body, end.Token).ConfigureAwait(false);
                    }

                    break;

                case StubReply.Delayed delayed:
                    await delayed.Until.WaitAsync(end.Token).ConfigureAwait(false);
                    await PlayAsync(context, delayed.Then).ConfigureAwait(false);
                    break;

                case StubReply.Flood flood:
                    await FloodAsync(context, flood, end.Token).ConfigureAwait(false);
                    break;

                case StubReply.Silence silence:
                    if (silence.AfterHead)
                    {
                        context.Response.ContentLength = 1000;
                        await context.Response.StartAsync(end.Token).ConfigureAwait(false);
                        await context.Response.Body.FlushAsync(end.Token).ConfigureAwait(false);
                    }

                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, end.Token).ConfigureAwait(false);
                    break;

                case StubReply.Cut cut:
                    await CutAsync(context, cut.AfterHead, end.Token).ConfigureAwait(false);
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            // The caller hung up, or the test is over.
        }
    }

    private static async Task FloodAsync(HttpContext context, StubReply.Flood flood, CancellationToken end)
    {
        context.Response.StatusCode = flood.Code;
        byte[] chunk = new byte[64 * 1024];
        Array.Fill(chunk, (byte)'x');
        for (long left = flood.Bytes; left > 0; left -= chunk.Length)
        {
            await context.Response.Body.WriteAsync(chunk.AsMemory(0, (int)Math.Min(chunk.Length, left)), end).ConfigureAwait(false);
        }
    }

    private static async Task CutAsync(HttpContext context, bool afterHead, CancellationToken end)
    {
        if (context.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            if (afterHead)
            {
                // Past the web server, whose flush does not tell when the bytes have left.
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789"u8.ToArray(), end).ConfigureAwait(false);
                socket.Shutdown(SocketShutdown.Both);
            }
            else
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0); // close with RST
                socket.Close();
            }
        }

        context.Abort();
    }
}
