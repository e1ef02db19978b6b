using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace WebhookBridge.Server.Hosting;

/// <summary>A connection whose sender may stop sending and still read (RFC 9293, 3.6): what it asked before is answered.</summary>
/// <remarks>
/// The web server takes the end of input for the end of the connection and drops the answer. A sender that half-closes would
/// never learn that its event was taken, and repeat it for days. So the end is told to the server only when it asks for more
/// than there is; and whoever reads a body is told of its end without losing the way to answer (<see cref="SenderEnd"/>).
/// </remarks>
internal sealed class HalfClosedConnection : ConnectionContext
{
    /// <summary>What a request that runs at the end of input is given: more than the longest that a receipt takes.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    /// <summary>What an answer to half a request is given to leave.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(1);

    private readonly ConnectionContext _inner;
    private readonly CancellationTokenSource _closed = new();
    private readonly CancellationTokenRegistration _registration;

    public HalfClosedConnection(ConnectionContext inner)
    {
        _inner = inner;
        SenderEnd end = new();
        inner.Features.Set(end);
        Transport = new Duplex(new LateEndReader(inner.Transport.Input, end), inner.Transport.Output);
        _registration = inner.ConnectionClosed.UnsafeRegister(static state => ((HalfClosedConnection)state!)._closed.CancelAfter(Grace), this);
    }

    public override IDuplexPipe Transport { get; set; }

    public override string ConnectionId
    {
        get => _inner.ConnectionId;
        set => _inner.ConnectionId = value;
    }

    public override IFeatureCollection Features => _inner.Features;

    public override IDictionary<object, object?> Items
    {
        get => _inner.Items;
        set => _inner.Items = value;
    }

    public override EndPoint? LocalEndPoint
    {
        get => _inner.LocalEndPoint;
        set => _inner.LocalEndPoint = value;
    }

    public override EndPoint? RemoteEndPoint
    {
        get => _inner.RemoteEndPoint;
        set => _inner.RemoteEndPoint = value;
    }

    public override CancellationToken ConnectionClosed
    {
        get => _closed.Token;
        set => throw new NotSupportedException("The end of this connection is told by the connection itself.");
    }

    public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);

    public override void Abort() => _inner.Abort();

    /// <summary>Ends the wrapper; the connection within is its listener's to end.</summary>
    public override async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync();
        _closed.Dispose();
        await base.DisposeAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Says "completed" only when nothing is left to look at.</summary>
    private sealed class LateEndReader(PipeReader inner, SenderEnd end) : PipeReader
    {
        private SequencePosition _last;
        private bool _allSeen;

        public override bool TryRead(out ReadResult result)
        {
            if (end.Told || !inner.TryRead(out result))
            {
                result = default;
                return false;
            }

            result = Late(result);
            return true;
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (end.Told)
            {
                // This is the server, which wants the rest of the body out of the way, and closes when it learns that there is none: not before the answer is out.
                await Task.Delay(Linger, TimeProvider.System, cancellationToken);
                end.Unwatch();
            }

            return Late(await inner.ReadAsync(cancellationToken));
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            _allSeen = examined.Equals(_last);
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        private ReadResult Late(in ReadResult result)
        {
            ReadOnlySequence<byte> buffer = result.Buffer;
            bool more = !_allSeen || !buffer.End.Equals(_last);
            _last = buffer.End;
            if (!result.IsCompleted || (more && !buffer.IsEmpty))
            {
                return result.IsCompleted ? new ReadResult(buffer, result.IsCanceled, isCompleted: false) : result;
            }

            return end.Tell() ? new ReadResult(buffer, isCanceled: true, isCompleted: false) : result;
        }
    }
}

/// <summary>Travels with a connection: lets who reads a body learn that its sender has ended its side, and answer all the same.</summary>
internal sealed class SenderEnd
{
    private PipeReader? _watcher;

    /// <summary>All that the sender will ever send has been read, and the reader of the body was told.</summary>
    public bool Told { get; private set; }

    /// <param name="body">The end comes as a cancelled read of this one.</param>
    public void Watch(PipeReader body) => _watcher = body;

    public void Unwatch()
    {
        _watcher = null;
        Told = false;
    }

    /// <returns>False when nobody watches: then the end is the server's to handle.</returns>
    public bool Tell()
    {
        _watcher?.CancelPendingRead();
        return Told = _watcher is not null;
    }
}
