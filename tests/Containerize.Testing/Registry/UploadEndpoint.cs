using System.Globalization;
using System.Text.RegularExpressions;
using Containerize.Oci;

namespace Containerize.Testing.Registry;

/// <summary>Takes blobs: in one request, in chunks, as a stream, or by mounting what another repository has.</summary>
/// <remarks>OCI distribution specification, "Pushing blobs".</remarks>
internal sealed partial class UploadEndpoint(TestRegistryOptions options, RegistryContent content)
{
    internal async Task<Reply> ServeAsync(Exchange exchange)
    {
        var request = exchange.Request;
        if (!ImageReference.IsRepository(request.Repository))
        {
            return Reply.Error(400, "NAME_INVALID");
        }

        var repository = content.GetOrAdd(request.Repository);
        if (request.Reference.Length == 0)
        {
            return request.Method == "POST" ? await StartAsync(exchange, repository) : Reply.Error(405, "UNSUPPORTED");
        }

        if (!repository.Uploads.TryGetValue(request.Reference, out var upload))
        {
            return Unknown();
        }

        using (await upload.EnterAsync())
        {
            // It may have ended while this request waited for another.
            return repository.Uploads.ContainsKey(upload.Id) ? await ContinueAsync(exchange, repository, upload) : Unknown();
        }
    }

    private async Task<Reply> StartAsync(Exchange exchange, Repository repository)
    {
        var request = exchange.Request;
        if (request.Parameter("mount") is { } mount)
        {
            if (!Digest.TryParse(mount, out var mounted))
            {
                return Reply.Error(400, "DIGEST_INVALID");
            }

            if (options.Mounts && request.Parameter("from") is { } from && content.TryGet(from, out var source)
                && source.Blobs.TryGetValue(mounted, out var blob))
            {
                repository.Blobs[mounted] = blob;
                return Created(exchange, mounted);
            }
        }

        var upload = new Upload();
        if (request.Parameter("digest") is not null)
        {
            await ReceiveAsync(exchange, upload);
            return Finish(exchange, repository, upload);
        }

        await exchange.ReceiveAsync(Stream.Null);
        repository.Uploads[upload.Id] = upload;
        return Progress(exchange, upload, 202);
    }

    private async Task<Reply> ContinueAsync(Exchange exchange, Repository repository, Upload upload)
    {
        var request = exchange.Request;
        if (options.UploadState && request.Method is "PATCH" or "PUT" && request.Parameter("_state") != upload.State)
        {
            repository.Uploads.TryRemove(upload.Id, out _);
            return Reply.Error(400, "BLOB_UPLOAD_INVALID", "the state of the upload is stale or damaged");
        }

        switch (request.Method)
        {
            case "GET":
                return Progress(exchange, upload, 204);
            case "DELETE":
                repository.Uploads.TryRemove(upload.Id, out _);
                return new Reply(204);
            case "PATCH":
                return CheckChunk(exchange, upload, last: false) ?? await AppendAsync(exchange, upload);
            case "PUT":
                if (CheckChunk(exchange, upload, last: true) is { } refusal)
                {
                    return refusal;
                }

                await ReceiveAsync(exchange, upload);
                repository.Uploads.TryRemove(upload.Id, out _);
                return Finish(exchange, repository, upload);
            default:
                return Reply.Error(405, "UNSUPPORTED");
        }
    }

    private async Task<Reply> AppendAsync(Exchange exchange, Upload upload)
    {
        await ReceiveAsync(exchange, upload);
        return Progress(exchange, upload, 202);
    }

    /// <summary>The refusal of a chunk that does not continue the upload, or is too short.</summary>
    private Reply? CheckChunk(Exchange exchange, Upload upload, bool last)
    {
        if (exchange.Header("Content-Range") is not { } range)
        {
            return null;
        }

        var match = ChunkPattern().Match(range);
        // Too long for a number: as wrong as one that is not the next.
        if (!match.Success || !long.TryParse(match.Groups["first"].Value, CultureInfo.InvariantCulture, out var first)
            || !long.TryParse(match.Groups["last"].Value, CultureInfo.InvariantCulture, out var end))
        {
            return Reply.Error(400, "BLOB_UPLOAD_INVALID", "the Content-Range is malformed");
        }

        var length = end - first + 1;
        if (exchange.ContentLength is { } told && told != length)
        {
            return Reply.Error(400, "SIZE_INVALID", "Content-Range and Content-Length differ");
        }

        return first != upload.Content.Length || (!last && length < options.ChunkMinLength)
            ? Progress(exchange, upload, 416)
            : null;
    }

    private static async Task ReceiveAsync(Exchange exchange, Upload upload)
    {
        if (upload.Content.Length == 0 && exchange.ContentLength is { } length and <= int.MaxValue)
        {
            upload.Content.Capacity = (int)length;
        }

        await exchange.ReceiveAsync(upload.Content);
    }

    private Reply Finish(Exchange exchange, Repository repository, Upload upload)
    {
        if (!Digest.TryParse(exchange.Request.Parameter("digest"), out var digest))
        {
            return Reply.Error(400, "DIGEST_INVALID", "the digest is missing or malformed");
        }

        var bytes = upload.Take();
        using var hash = digest.CreateHash();
        hash.AppendData(bytes.Span);
        if (!digest.Matches(hash))
        {
            return Reply.Error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }

        repository.Blobs[digest] = bytes;
        content.AddUploaded(new(exchange.Request.Repository, digest, bytes.Length));
        return Created(exchange, digest);
    }

    private Reply Progress(Exchange exchange, Upload upload, int status)
    {
        var reply = new Reply(status)
            .With("Location", Locate(
                exchange,
                $"/v2/{exchange.Request.Repository}/blobs/uploads/{upload.Id}{(options.UploadState ? "?" + upload.Query : "")}"))
            // As distribution does it: nothing and one byte look the same.
            .With("Range", $"0-{Math.Max(0, upload.Content.Length - 1)}")
            .With("Docker-Upload-UUID", upload.Id);
        return options.ChunkMinLength is { } minimum
            ? reply.With("OCI-Chunk-Min-Length", minimum.ToString(CultureInfo.InvariantCulture))
            : reply;
    }

    private Reply Created(Exchange exchange, Digest digest) =>
        new Reply(201).With("Location", Locate(exchange, $"/v2/{exchange.Request.Repository}/blobs/{digest}"))
            .With("Docker-Content-Digest", digest.ToString());

    private string Locate(Exchange exchange, string path) => options.Location switch
    {
        LocationForm.Absolute => exchange.Origin + path,
        LocationForm.Schemeless => exchange.Origin[exchange.Origin.IndexOf('/', StringComparison.Ordinal)..] + path,
        _ => path,
    };

    private static Reply Unknown() => Reply.Error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry");

    [GeneratedRegex(@"\A(?<first>[0-9]+)-(?<last>[0-9]+)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex ChunkPattern();
}
