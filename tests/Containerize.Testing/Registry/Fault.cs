using System.Collections.Immutable;
using System.Text;

namespace Containerize.Testing.Registry;

/// <summary>
/// A misbehaviour, composed of what happens before the work, instead of it, to its reply, and while the reply is sent.
/// Immutable: every method returns a fault that does one thing more.
/// </summary>
internal sealed record Fault
{
    internal TimeSpan DelayTime { get; private init; }

    internal TimeSpan ReplyDelayTime { get; private init; }

    internal Func<RecordedRequest, Reply>? Instead { get; private init; }

    internal bool LeavesBodyUnread { get; private init; }

    internal bool ResetsAfterReply { get; private init; }

    internal bool LosesReply { get; private init; }

    internal long? ReceiveLimit { get; private init; }

    internal long? ReceiveStallLimit { get; private init; }

    internal long? StallLimit { get; private init; }

    internal long? TruncateLimit { get; private init; }

    internal long? ResetLimit { get; private init; }

    internal (int Bytes, TimeSpan Pause)? Drips { get; private init; }

    internal ImmutableHashSet<string> HiddenRequestHeaders { get; private init; } =
        ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase);

    internal ImmutableArray<Func<RecordedRequest, Reply, Reply>> Changes { get; private init; } = [];

    /// <summary>Waits before anything is done.</summary>
    public Fault Delay(TimeSpan time) => this with { DelayTime = time };

    /// <summary>Does the work, and waits before it replies.</summary>
    public Fault DelayReply(TimeSpan time) => this with { ReplyDelayTime = time };

    /// <summary>Does not do the work, but replies after having read the request.</summary>
    public Fault Reply(int status, string body = "", params (string Name, string Value)[] headers) =>
        Reply(
            _ => headers.Aggregate(new Reply(status)
                .WithBody(Encoding.UTF8.GetBytes(body)), (reply, header) => reply.With(header.Name, header.Value)));

    /// <summary>Does not do the work, but replies after having read the request.</summary>
    public Fault Reply(Func<RecordedRequest, Reply> reply) => this with { Instead = reply };

    /// <summary>Does not do the work, but replies with an error in the specification's form.</summary>
    public Fault Error(int status, string code, string message = "") => Reply(_ => Registry.Reply.Error(status, code, message));

    /// <summary>Does not do the work, but redirects.</summary>
    /// <param name="status">301, 302, 303, 307 or 308.</param>
    /// <param name="location">The <c>Location</c>, made from the request.</param>
    public Fault Redirect(int status, Func<RecordedRequest, string> location) =>
        Reply(request => new Reply(status).With("Location", location(request)));

    /// <summary>
    /// Lets <see cref="Reply(int, string, ValueTuple{string, string}[])"/> and its kin reply while the client still sends.
    /// </summary>
    public Fault WithoutReadingTheBody() => this with { LeavesBodyUnread = true };

    /// <summary>Replies while the client still sends, and resets the connection then: proxies do so with what they do not want.</summary>
    public Fault WithoutReadingOrWaiting() =>
        SetHeader("Connection", "close") with { LeavesBodyUnread = true, ResetsAfterReply = true };

    /// <summary>Does the work as if the request did not have a header: hiding <c>Range</c> makes a registry that ignores ranges.</summary>
    public Fault IgnoreRequestHeader(string name) => this with { HiddenRequestHeaders = HiddenRequestHeaders.Add(name) };

    /// <summary>Changes the reply of the work in any way.</summary>
    public Fault Change(Func<RecordedRequest, Reply, Reply> change) => this with { Changes = Changes.Add(change) };

    /// <summary>Does the work, but replies with another status.</summary>
    public Fault Status(int status) => Change((_, reply) => reply with { Status = status });

    /// <summary>Does the work, but sets a header; several values become several header lines.</summary>
    /// <remarks>
    /// A <c>Content-Length</c> that is too large ends in a closed connection; one that is too small cuts the body,
    /// which is what a client sees of such a reply.
    /// </remarks>
    public Fault SetHeader(string name, params string[] values) => Change((_, reply) => reply.With(name, values));

    /// <summary>Does the work, but changes a header if the reply has it.</summary>
    public Fault ChangeHeader(string name, Func<string, string> change) =>
        Change((_, reply) => reply.Header(name) is { } value ? reply.With(name, change(value)) : reply);

    /// <summary>Does the work, but leaves headers out.</summary>
    public Fault RemoveHeader(params string[] names) => Change((_, reply) => names.Aggregate(reply, (rest, name) => rest.Without(name)));

    /// <summary>Does the work, but sends another body; its length is told rightly, its digest header stays.</summary>
    public Fault ChangeBody(Func<byte[], byte[]> change) => Change((_, reply) => reply.WithBody(change(reply.Body.ToArray())));

    /// <summary>Does the work, but flips the bits of one byte of the body.</summary>
    /// <param name="position">Counted from the start; the last byte when the body is shorter.</param>
    public Fault Corrupt(int position = 0) => ChangeBody(body =>
    {
        if (body.Length > 0)
        {
            body[Math.Min(position, body.Length - 1)] ^= 0xFF;
        }

        return body;
    });

    /// <summary>Does the work, then resets the connection instead of replying.</summary>
    public Fault LoseReply() => this with { LosesReply = true };

    /// <summary>Resets the connection when so many bytes of the request's body were read; the work keeps them, as registries do.</summary>
    public Fault ResetAfterReceiving(long bytes) => this with { ReceiveLimit = bytes };

    /// <summary>Reads no more, and keeps the connection open, when so many bytes of the request's body were read.</summary>
    public Fault StallAfterReceiving(long bytes) => this with { ReceiveStallLimit = bytes };

    /// <summary>Resets the connection when so many bytes of the body were sent.</summary>
    public Fault ResetAfter(long bytes) => this with { ResetLimit = bytes };

    /// <summary>Closes the connection in order, but too early: when so many bytes of the body were sent.</summary>
    public Fault TruncateAfter(long bytes) => this with { TruncateLimit = bytes };

    /// <summary>Sends nothing more, and keeps the connection open, when so many bytes of the body were sent.</summary>
    public Fault StallAfter(long bytes) => this with { StallLimit = bytes };

    /// <summary>Sends the body slowly but steadily.</summary>
    public Fault Drip(int bytes, TimeSpan pause) => this with { Drips = (bytes, pause) };

    internal Reply Apply(RecordedRequest request, Reply reply) => Changes.Aggregate(reply, (changed, change) => change(request, changed));
}
