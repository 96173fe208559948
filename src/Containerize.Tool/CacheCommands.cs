using System.CommandLine;
using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Tool;

/// <summary>The commands that look after the cache that builds and this tool share.</summary>
internal static class CacheCommands
{
    internal static Command Create(SharedOptions shared) =>
        new("cache", "Shows, prunes or verifies the cache that builds and this tool share.")
        {
            Info(shared),
            Prune(shared),
            Verify(shared),
        };

    private static Command Info(SharedOptions shared) => shared.With(
        new Command("info", "Shows where the cache is, and what it holds."),
        (_, _, output, _) =>
        {
            var directory = Directory();
            var report = Open(directory) is { } store ? CacheReport.Of(store, DateTimeOffset.UtcNow) : null;
            var answer = new CacheAnswer(
                directory,
                report is not null,
                report?.RunningBuilds ?? 0,
                [.. (report?.Kinds ?? []).Select(kind => new CacheKindAnswer(kind.Name, kind.Files, kind.Bytes, kind.OldestUse))]);
            output.Write(answer, AnswerJson.Default.CacheAnswer, () => !answer.Exists ? [$"no cache at {directory} yet"] :
            [
                $"the cache at {directory}",
                .. answer.Kinds.Select(kind => (Message)
                    $"  {kind.Name,-10} {$"{kind.Files}",8} files {ByteSize.Format(kind.Bytes),12}   " +
                    $"least recently used {kind.OldestUse:yyyy-MM-dd}"),
                $"  builds running: {answer.RunningBuilds}",
            ]);
            return Task.FromResult(ExitCode.Success);
        });

    private static Command Prune(SharedOptions shared)
    {
        var (size, age) = (new Option<string?>("--max-size"), new Option<string?>("--max-age"));
        size.Description = "What all blobs may have together, like 5GB; without it 10GB.";
        age.Description = "How long something is kept unused, like 30d; without it 60 days.";
        return shared.With(
            new Command("prune", "Removes what was not used for long, then what was used least, until the rest fits.") { size, age },
            (parsed, _, output, cancellationToken) =>
            {
                var limits = new CacheLimits(
                    parsed.GetValue(size) is { } bytes ? ByteSize.Parse("--max-size", bytes) : CacheLimits.Default.MaxSize,
                    Duration.Parse("--max-age", parsed.GetValue(age) ?? "", TimeSpan.FromDays(1)) ?? CacheLimits.Default.MaxAge);
                var directory = Directory();
                var result = Open(directory) is { } store
                    ? new CachePruner(store, limits).Prune(cancellationToken)
                    : new PruneResult(0, 0, 0, 0);
                var answer = new PruneAnswer(directory, result.Files, result.Bytes, result.BytesLeft, result.InUse);
                output.Write(answer, AnswerJson.Default.PruneAnswer, () =>
                [
                    $"removed {result.Files} files, {ByteSize.Format(result.Bytes)}; {ByteSize.Format(result.BytesLeft)} of blobs are " +
                    $"left, {result.InUse} files are in use by running builds",
                ]);
                return Task.FromResult(ExitCode.Success);
            });
    }

    private static Command Verify(SharedOptions shared)
    {
        var remove = new Option<bool>("--remove") { Description = "Remove what is damaged; builds make or fetch it again." };
        return shared.With(
            new Command("verify", "Reads all blobs, and names those whose bytes are not their digest's.") { remove },
            async (parsed, _, output, cancellationToken) =>
            {
                var directory = Directory();
                var result = Open(directory) is { } store
                    ? await new CacheVerifier(store).RunAsync(parsed.GetValue(remove), cancellationToken)
                    : new CacheVerification(0, 0, []);
                var answer = new VerifyAnswer(
                    directory,
                    result.Blobs,
                    result.Bytes,
                    [.. result.Damaged.Select(blob => new DamagedAnswer($"{blob.Digest}", blob.Size, blob.IsRemoved))]);
                output.Write(answer, AnswerJson.Default.VerifyAnswer, () =>
                [
                    .. answer.Damaged.Select(blob => (Message)$"damaged{(blob.IsRemoved ? ", removed" : "")}: {blob.Digest}"),
                    $"read {answer.Blobs} blobs, {ByteSize.Format(answer.Bytes)}; {answer.Damaged.Count} are damaged",
                ]);
                return answer.Damaged.All(blob => blob.IsRemoved) ? ExitCode.Success : ExitCode.Finding;
            });
    }

    private static string? Directory() =>
        CacheLocation.Resolve(null, Environment.CurrentDirectory, UserHome.Variable);

    private static BlobStore? Open(string? directory)
    {
        if (!System.IO.Directory.Exists(directory))
        {
            return null;
        }

        var store = new BlobStore(directory);
        CacheMarker.Require(store);
        return store;
    }
}
