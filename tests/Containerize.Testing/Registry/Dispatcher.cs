using Microsoft.AspNetCore.Http;

namespace Containerize.Testing.Registry;

/// <summary>Takes each request of a registry's hosts through the same steps: record, admit, look for a fault, work, reply.</summary>
internal sealed class Dispatcher
{
    private readonly Lock _lock = new();
    private readonly List<RecordedRequest> _requests = [];

    internal FaultRules Faults { get; } = new();

    internal IReadOnlyList<RecordedRequest> Requests
    {
        get
        {
            lock (_lock)
            {
                return [.. _requests];
            }
        }
    }

    /// <summary>Serves one request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="role">What the host does.</param>
    /// <param name="stopping">Ends waiting when the host is stopped.</param>
    internal async Task ServeAsync(HttpContext context, HostRole role, CancellationToken stopping)
    {
        var exchange = new Exchange(context, Add(context, role), stopping);
        try
        {
            var refusal = role.Admit(exchange);
            exchange.Fault = Faults.Find(exchange.Request, refused: refusal is not null) ?? exchange.Fault;
            if (exchange.Fault.DelayTime > TimeSpan.Zero)
            {
                await exchange.WaitAsync(exchange.Fault.DelayTime);
            }

            var reply = await ReplyAsync(exchange, refusal, role.Work);
            if (exchange.Fault.ReplyDelayTime > TimeSpan.Zero)
            {
                await exchange.WaitAsync(exchange.Fault.ReplyDelayTime);
            }

            await exchange.SendAsync(exchange.Fault.Apply(exchange.Request, reply));
        }
        catch (Exception failure) when (failure is ConnectionDroppedException or IOException or OperationCanceledException
            or BadHttpRequestException)
        {
            // The client or the fault has broken the connection; the record tells how far it came.
            context.Abort();
        }
    }

    internal void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
        }
    }

    private static async Task<Reply> ReplyAsync(Exchange exchange, Reply? refusal, Func<Exchange, Task<Reply>> work)
    {
        if (exchange.Fault.Instead is null && refusal is null)
        {
            return await work(exchange);
        }

        // A refusal comes at once, as from real registries: a client that has sent its body has sent it in vain.
        if (exchange.Fault.Instead is not null && !exchange.Fault.LeavesBodyUnread)
        {
            await exchange.ReceiveAsync(Stream.Null);
        }

        return exchange.Fault.Instead?.Invoke(exchange.Request) ?? refusal!;
    }

    private RecordedRequest Add(HttpContext context, HostRole role)
    {
        lock (_lock)
        {
            var request = Exchange.Record(context, _requests.Count, role.Kind, role.Served);
            _requests.Add(request);
            return request;
        }
    }
}

/// <summary>What one of a registry's hosts does.</summary>
/// <param name="Kind">The kind of all its requests, or null to tell it from the path.</param>
/// <param name="Admit">Returns the refusal of a request that is not allowed.</param>
/// <param name="Work">Does what is asked for.</param>
/// <param name="Served">The target that a target stands for, or null for itself.</param>
internal sealed record HostRole(
    RequestKind? Kind, Func<Exchange, Reply?> Admit, Func<Exchange, Task<Reply>> Work, Func<string, string?> Served);
