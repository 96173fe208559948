using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace Containerize.Testing.Registry;

/// <summary>
/// A request as it came, and what became of it. It is in the list from its arrival on; <see cref="Status"/> and the byte counts
/// are set before the bytes leave, so that a client that has its reply finds them complete.
/// </summary>
internal sealed class RecordedRequest
{
    private readonly Dictionary<string, StringValues> _parameters;
    private long _bytesReceived;
    private long _bytesSent;

    internal RecordedRequest(
        int sequence,
        string host,
        string method,
        string target,
        RequestKind? kind,
        string? served,
        IReadOnlyDictionary<string, string> headers)
    {
        Sequence = sequence;
        Host = host;
        Method = method;
        Target = target;
        Headers = headers;
        (Path, Query) = Split(target);
        var (path, query) = Split(served ?? target);
        _parameters = QueryHelpers.ParseQuery(query);
        var parsed = RequestPath.Parse(path);
        ServedKind = parsed.Kind;
        Kind = kind ?? parsed.Kind;
        Repository = parsed.Repository;
        Reference = parsed.Reference;
    }

    /// <summary>Counts requests in the order of their arrival, over all hosts of one registry.</summary>
    public int Sequence { get; }

    /// <summary>The <c>Host</c> header.</summary>
    public string Host { get; }

    public string Method { get; }

    /// <summary>Path and query, verbatim.</summary>
    public string Target { get; }

    /// <summary>The path, verbatim.</summary>
    public string Path { get; }

    /// <summary>The query without its question mark, verbatim.</summary>
    public string Query { get; }

    public RequestKind Kind { get; }

    /// <summary>The repository, or empty; of a signed address, that of the request it was made for, like all that follows.</summary>
    public string Repository { get; }

    /// <summary>The digest, tag or upload, or empty.</summary>
    public string Reference { get; }

    /// <summary>All headers; repeated ones joined by commas.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    public string? Authorization => Header("Authorization");

    /// <summary>The fields of a token request's form; empty for all others.</summary>
    public IReadOnlyDictionary<string, string> Form { get; internal set; } = new Dictionary<string, string>();

    /// <summary>The bytes of the body that the registry read.</summary>
    public long BytesReceived => Interlocked.Read(ref _bytesReceived);

    /// <summary>The bytes of the body that the registry sent.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>The status that was sent; 0 while none was, which stays so when the connection broke before.</summary>
    public int Status { get; internal set; }

    /// <summary>What is served: a signed address stands for another request.</summary>
    internal RequestKind ServedKind { get; }

    /// <summary>A header, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>The first value of a query parameter, or null.</summary>
    public string? Parameter(string name) => _parameters.TryGetValue(name, out var values) ? values[0] : null;

    /// <summary>All values of a repeated query parameter, in their order.</summary>
    public IReadOnlyList<string> Parameters(string name) =>
        _parameters.TryGetValue(name, out var values) ? [.. values.Select(value => value ?? "")] : [];

    public override string ToString() => $"{Sequence} {Method} {Host}{Target} -> {Status} (received {BytesReceived}, sent {BytesSent})";

    internal void AddReceived(long count) => Interlocked.Add(ref _bytesReceived, count);

    internal void AddSent(long count) => Interlocked.Add(ref _bytesSent, count);

    private static (string Path, string Query) Split(string target)
    {
        var question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0 ? (target, "") : (target[..question], target[(question + 1)..]);
    }
}
