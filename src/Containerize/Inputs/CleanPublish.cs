using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>
/// Makes of what lies in the publish directory what a publish into an empty one would have put there. A publish removes only some of what
/// earlier ones left, and it copies a file only when that is newer than what is there: after a package went back to an older version, the
/// newer file stays.
/// </summary>
/// <param name="publishDirectory">The publish directory.</param>
/// <param name="sources">What each file is copied from, by its path below the publish directory: full paths.</param>
/// <param name="span">Tells what this publish wrote; null when it is not known when it began.</param>
/// <param name="memory">What the last publish left.</param>
/// <param name="bits">Knows the published files.</param>
/// <param name="reporter">Is told what is not taken as it lies there.</param>
internal sealed class CleanPublish(
    string publishDirectory,
    IReadOnlyDictionary<string, string> sources,
    PublishSpan? span,
    PublishMemory memory,
    ExecuteBits bits,
    IReporter reporter)
{
    private const int BufferSize = 64 * 1024;

    private readonly List<PublishFacts> _facts = [];
    private readonly List<string> _left = [];
    private readonly List<string> _kept = [];
    private readonly List<string> _ofSteps = [];

    /// <summary>Leaves out what only an earlier publish made, and takes the source of what this one should have copied.</summary>
    /// <param name="files">What lies in the publish directory.</param>
    /// <returns>What belongs into the image.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    internal IReadOnlyList<PublishedFile> Take(IReadOnlyList<PublishedFile> files)
    {
        var taken = files.Select(Take).OfType<PublishedFile>().ToList();
        memory.Save(publishDirectory, _facts);
        if (_left.Count > 0)
        {
            var (what, they) = _left.Count == 1 ? ("a file", "It is") : ($"{_left.Count} files", "They are");
            reporter.Message($"The publish directory still holds {what} that only an earlier publish made: {Printable.List(_left)}. "
                + $"{they} not in the image. Remove the directory to be rid of them.");
        }

        if (_ofSteps.Count > 0)
        {
            var (what, they) = _ofSteps.Count == 1 ? ("a file", "It is") : ($"{_ofSteps.Count} files", "They are");
            reporter.Message($"The publish directory holds {what} that a step of an earlier publish wrote, and none of this one: "
                + $"{Printable.List(_ofSteps)}. {they} in the image, because a step may skip what is unchanged. "
                + $"Remove what no step writes any more.");
        }

        if (_kept.Count > 0)
        {
            var (what, their) = _kept.Count == 1 ? ("another file", "its source") : ($"{_kept.Count} other files", "their sources");
            reporter.Message($"The publish directory holds {what} than this publish wants, because what is there is newer: "
                + $"{string.Join(", ", _kept.Take(5))}{(_kept.Count > 5 ? $" and {_kept.Count - 5} more" : "")}. "
                + $"The image has {their}. Remove the directory to be rid of the old ones.");
        }

        return taken;
    }

    private PublishedFile? Take(PublishedFile file)
    {
        if (file.Stamp is not { } stamp)
        {
            return file;
        }

        var known = memory.Find(file.RelativePath);
        var published = ContentTime.Of(stamp);
        if (file.Origin.Kind == FileOriginKind.Unexpected)
        {
            return TakeUnexpected(file, published, known);
        }

        if (file.Type != LayerEntryType.File)
        {
            return file;
        }

        if (!sources.TryGetValue(file.RelativePath, out var source) || source == file.SourcePath
            || FileStatus.TryOf(source, followLinks: true) is not { Kind: FileKind.File } status)
        {
            _facts.Add(new(file.RelativePath, published, null, default, file.Origin.Package ?? ""));
            return file;
        }

        var original = ContentTime.Of(status.Stamp);
        var facts = new PublishFacts(file.RelativePath, published, source, original, file.Origin.Package ?? "");
        if ((published == original && !IsOfAnother(facts, known)) || IsMadeOf(file, facts, known)
            || HaveSameContent(file, source, status.Stamp))
        {
            _facts.Add(facts);
            return file;
        }

        // What was known stays known: as long as the file lies there it is of another source.
        if (known is not null)
        {
            _facts.Add(known);
        }

        _kept.Add(Describe(file, known));
        bits.See(status);
        return file with
        {
            SourcePath = source,
            Size = status.Stamp.Size,
            Stamp = status.Stamp,
            IsExecutable = ExecuteBit.OfContent(source) ?? (!file.Origin.IsFromNuGet && bits.IsIn(status)),
        };
    }

    // No item of the publish says where the file comes from.
    private PublishedFile? TakeUnexpected(PublishedFile file, ContentTime published, PublishFacts? known)
    {
        // A step of the project (Copy, WriteLinesToFile, Exec) wrote it, in this publish; or in an earlier one, and now it skipped what is
        // unchanged, or is gone.
        var isKnown = known is not null && known.Published == published;
        var isNew = span?.Has(file) == true;
        if (isNew || (isKnown && known!.IsOfStep))
        {
            if (!isNew && span is not null)
            {
                _ofSteps.Add(file.RelativePath);
            }

            _facts.Add(PublishFacts.OfStep(file.RelativePath, published));
            return file with { Origin = FileOrigin.App };
        }

        // One that was changed since was put there by hand.
        if (!isKnown)
        {
            return file;
        }

        _facts.Add(known!);
        _left.Add(file.RelativePath);
        return null;
    }

    // A step of the publish may change what was copied: sign it, fill in values, or copy another file over it. That is told from what an
    // earlier source left by when the file was written, and by what the last publish made of the same source. Where a step changes the
    // modes of all files, they all count as written: what is remembered as a copy of its source then stays that.
    private bool IsMadeOf(PublishedFile file, PublishFacts facts, PublishFacts? known) =>
        known is null || known.Published != facts.Published ? span?.Has(file) != false
        : (known.Source == facts.Source && known.SourceStamp == facts.SourceStamp)
            || (known.Source is not null && known.SourceStamp != known.Published && span?.Has(file) == true);

    // Packages may give all their files of all versions one time.
    private static bool IsOfAnother(PublishFacts facts, PublishFacts? known) =>
        known is not null && known.Published == facts.Published && known.Source != facts.Source;

    private static string Describe(PublishedFile file, PublishFacts? known) =>
        (file.Origin.Package, known?.Package) switch
        {
            ({ } now, { Length: > 0 } before) when now != before => $"'{file.RelativePath}' of {now} (there: {before})",
            ({ } now, _) => $"'{file.RelativePath}' of {now}",
            _ => $"'{file.RelativePath}'",
        };

    private static bool HaveSameContent(PublishedFile file, string source, FileStamp stamp)
    {
        if (file.Size != stamp.Size)
        {
            return false;
        }

        try
        {
            using var left = RegularFile.OpenRead(file.SourcePath);
            using var right = RegularFile.OpenRead(source);
            var (first, second) = (new byte[BufferSize], new byte[BufferSize]);
            while (true)
            {
                var read = left.ReadAtLeast(first, BufferSize, throwOnEndOfStream: false);
                if (right.ReadAtLeast(second, BufferSize, throwOnEndOfStream: false) != read
                    || !first.AsSpan(0, read).SequenceEqual(second.AsSpan(0, read)))
                {
                    return false;
                }

                if (read < BufferSize)
                {
                    return true;
                }
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"'{source}' cannot be compared with what was published: {failure.Message}", failure);
        }
    }
}
