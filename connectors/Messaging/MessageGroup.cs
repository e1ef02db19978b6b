using WebhookBridge.Abstractions;

namespace WebhookBridge.Connectors.Messaging;

/// <summary>Sends several short messages as one when they come faster than a channel should get them. Nothing is taken for sent before it is: each delivery waits for the message that it is part of. Thread-safe.</summary>
/// <param name="apart">The least time between two messages.</param>
/// <param name="mostText">Most characters of a message.</param>
/// <param name="time">The clock.</param>
internal sealed class MessageGroup(TimeSpan apart, int mostText, TimeProvider time) : IDisposable
{
    /// <summary>Most deliveries of one message.</summary>
    public const int Most = 20;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Lock _gate = new();
    private readonly List<Part> _waiting = [];
    private long? _last;

    /// <summary>Waits until a message may go out and sends it with everything that waits by then; or waits for the message of another delivery that takes this one along.</summary>
    public async ValueTask<SendResult> SendAsync(string text, Func<string, ValueTask<SendResult>> post, CancellationToken cancellationToken)
    {
        Part own = new(text);
        lock (_gate)
        {
            _waiting.Add(own);
        }

        bool mine = false;
        try
        {
            await _turn.WaitAsync(cancellationToken);
            mine = true;
            if (!own.Taken)
            {
                await Task.Delay(_last is { } last && apart - time.GetElapsedTime(last) is { Ticks: > 0 } left ? left : TimeSpan.Zero, time, cancellationToken);
                await PostAsync(Take(own), post);
            }
        }
        catch (OperationCanceledException) when (GiveUp(own))
        {
            throw; // nothing of it has been sent
        }
        catch (OperationCanceledException)
        {
            // It is on its way in another delivery's message, whose outcome is its own.
        }
        finally
        {
            if (mine)
            {
                _turn.Release();
            }
        }

        return await own.Sent.Task;
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask PostAsync(List<Part> parts, Func<string, ValueTask<SendResult>> post)
    {
        _last = time.GetTimestamp();
        try
        {
            SendResult result = await post(string.Join("\n", parts.Select(static p => p.Text)));
            foreach (Part part in parts)
            {
                part.Sent.TrySetResult(result is SendResult.Delivered done && parts.Count > 1 ? done with { Note = $"In one message with {parts.Count - 1} more." } : result);
            }
        }
        catch (Exception e)
        {
            // The sender's own exception tells the gateway how far it came; the others only know that they do not know.
            parts[0].Sent.TrySetException(e);
            foreach (Part part in parts.Skip(1))
            {
                part.Sent.TrySetResult(new SendResult.UnknownOutcome("It was part of a message whose answer did not come."));
            }
        }
    }

    /// <summary>What goes out now: the sender's own part first.</summary>
    private List<Part> Take(Part own)
    {
        lock (_gate)
        {
            List<Part> parts = [own];
            int length = own.Text.Length;
            foreach (Part part in _waiting.Where(p => p != own))
            {
                length += part.Text.Length + 1;
                if (length > mostText || parts.Count == Most)
                {
                    break;
                }

                parts.Add(part);
            }

            foreach (Part part in parts)
            {
                part.Taken = true;
                _waiting.Remove(part);
            }

            return parts;
        }
    }

    private bool GiveUp(Part part)
    {
        lock (_gate)
        {
            return !part.Taken && _waiting.Remove(part);
        }
    }

    private sealed class Part(string text)
    {
        public string Text => text;

        public TaskCompletionSource<SendResult> Sent { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Taken { get; set; }
    }
}
