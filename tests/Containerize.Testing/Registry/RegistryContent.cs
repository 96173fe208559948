using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Containerize.Oci;

namespace Containerize.Testing.Registry;

/// <summary>What a registry holds, in memory. Safe under parallel requests.</summary>
internal sealed class RegistryContent
{
    private readonly ConcurrentDictionary<string, Repository> _repositories = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<UploadedBlob> _uploaded = new();

    internal IReadOnlyList<UploadedBlob> Uploaded => [.. _uploaded];

    internal void AddUploaded(UploadedBlob blob) => _uploaded.Enqueue(blob);

    internal Repository GetOrAdd(string name) => _repositories.GetOrAdd(name, _ => new Repository());

    internal bool TryGet(string name, [NotNullWhen(true)] out Repository? repository) => _repositories.TryGetValue(name, out repository);

    internal void ForgetUploads()
    {
        foreach (var repository in _repositories.Values)
        {
            repository.Uploads.Clear();
        }
    }
}

/// <summary>A repository: blobs are known in it only when they were pushed or mounted there.</summary>
internal sealed class Repository
{
    // Guards manifests and tags, which change together.
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, StoredManifest> _manifests = [];
    private readonly SortedDictionary<string, Digest> _tags = new(StringComparer.Ordinal);

    internal ConcurrentDictionary<Digest, ReadOnlyMemory<byte>> Blobs { get; } = new();

    internal ConcurrentDictionary<string, Upload> Uploads { get; } = new(StringComparer.Ordinal);

    internal IReadOnlyList<string> Tags
    {
        get
        {
            lock (_lock)
            {
                return [.. _tags.Keys];
            }
        }
    }

    internal IReadOnlyList<StoredManifest> Manifests
    {
        get
        {
            lock (_lock)
            {
                return [.. _manifests.Values];
            }
        }
    }

    internal StoredManifest? Find(string reference)
    {
        lock (_lock)
        {
            return Resolve(reference) is { } digest ? _manifests.GetValueOrDefault(digest) : null;
        }
    }

    /// <summary>Adds a manifest and sets its tag.</summary>
    /// <returns>False, and nothing done, when the tag exists and may not be written again.</returns>
    internal bool TryAdd(StoredManifest manifest, string? tag, bool immutableTags)
    {
        lock (_lock)
        {
            if (tag is not null && immutableTags && _tags.ContainsKey(tag))
            {
                return false;
            }

            _manifests[manifest.Digest] = manifest;
            if (tag is not null)
            {
                _tags[tag] = manifest.Digest;
            }

            return true;
        }
    }

    /// <summary>Sets a tag if what it names is as expected.</summary>
    internal bool TryReplace(StoredManifest manifest, string tag, Func<StoredManifest, bool> isExpected)
    {
        lock (_lock)
        {
            if (Resolve(tag) is not { } digest || !isExpected(_manifests[digest]))
            {
                return false;
            }

            _manifests[manifest.Digest] = manifest;
            _tags[tag] = manifest.Digest;
            return true;
        }
    }

    /// <summary>Removes a tag, or a manifest with all its tags.</summary>
    internal bool Remove(string reference)
    {
        lock (_lock)
        {
            if (!Digest.TryParse(reference, out var digest))
            {
                return _tags.Remove(reference);
            }

            foreach (var tag in _tags.Where(tag => tag.Value == digest).Select(tag => tag.Key).ToArray())
            {
                _tags.Remove(tag);
            }

            return _manifests.Remove(digest);
        }
    }

    private Digest? Resolve(string reference) =>
        Digest.TryParse(reference, out var digest) || _tags.TryGetValue(reference, out digest) ? digest : null;
}

/// <summary>A manifest or index as it was pushed.</summary>
/// <param name="Digest">Its digest.</param>
/// <param name="MediaType">The <c>Content-Type</c> it was pushed with.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record StoredManifest(Digest Digest, string MediaType, ReadOnlyMemory<byte> Content);

/// <summary>A blob whose upload was finished.</summary>
/// <param name="Repository">The repository.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Size">Its size in bytes.</param>
internal sealed record UploadedBlob(string Repository, Digest Digest, long Size);

/// <summary>An upload in progress.</summary>
internal sealed class Upload : IDisposable
{
    private readonly SemaphoreSlim _busy = new(1, 1);

    internal string Id { get; } = Guid.NewGuid().ToString("D");

    internal MemoryStream Content { get; } = new();

    /// <summary>The state that the next request must carry.</summary>
    internal string State => $"z/{Content.Length}== a+b~";

    /// <summary>
    /// The query with that state, written so that careless clients damage it: by decoding it, or by taking a plus for a plus.
    /// </summary>
    internal string Query => $"_state=z%2F{Content.Length}%3D%3d+a%2Bb~&_q=%7e";

    /// <summary>Waits until no other request works on the upload: a broken one may not have noticed yet.</summary>
    internal async Task<IDisposable> EnterAsync()
    {
        await _busy.WaitAsync();
        return new Exit(_busy);
    }

    internal ReadOnlyMemory<byte> Take() =>
        Content.Capacity == Content.Length ? Content.GetBuffer() : Content.ToArray();

    public void Dispose()
    {
        _busy.Dispose();
        Content.Dispose();
    }

    private sealed class Exit(SemaphoreSlim busy) : IDisposable
    {
        public void Dispose() => busy.Release();
    }
}
