using System.Runtime.InteropServices;
using Containerize.Debian.Apt;
using Containerize.Engines;
using Containerize.Files;
using Containerize.Storage;

namespace Containerize.Diagnosis;

/// <summary>What of this machine builds use: system, container engines, cache, sources of Debian's packages.</summary>
/// <param name="environment">Reads environment variables.</param>
/// <param name="findings">Takes what is found.</param>
internal sealed class MachineDiagnosis(Func<string, string?> environment, FindingList findings)
{
    private const long LittleRoom = 1_000_000_000;
    private static readonly string[] s_remote = ["nfs", "nfs4", "cifs", "smb", "smbfs", "smb2", "9p", "fuse", "fuseblk"];

    /// <summary>Says what runs here.</summary>
    /// <param name="program">Name and version of Containerize.</param>
    internal void System(string program) => findings.Note(
        "system", $"{program}, .NET {Environment.Version}, {RuntimeInformation.OSDescription} ({RuntimeInformation.RuntimeIdentifier})");

    /// <summary>Looks for Docker and Podman.</summary>
    internal async Task EnginesAsync(CancellationToken cancellationToken)
    {
        foreach (var kind in new[] { EngineKind.Docker, EngineKind.Podman })
        {
            var check = kind.ToString().ToLowerInvariant();
            try
            {
                var engine = await Engine.FindAsync(kind, environment, cancellationToken);
                var version = await engine.FindVersionAsync(cancellationToken);
                findings.Works(check, $"{engine.Kind} {version} answers; it runs {engine.Platform}.");
                if (await engine.FindZstdRefuserAsync(cancellationToken) is { } old)
                {
                    findings.Note(
                        check,
                        $"{old} does not unpack layers that are compressed with zstd.",
                        $"Set ContainerizeCompression=gzip, or update.");
                }
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.EngineNotFound)
            {
                findings.Note(check, $"There is no {check} in PATH. Only builds that load images into it need it.");
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.EngineUnavailable)
            {
                findings.Note(check, failure.Message, $"Only builds that load images into it need it: start it then.");
            }
        }
    }

    /// <summary>Looks at the cache; nothing is written.</summary>
    internal void Cache(string? directory)
    {
        const string Check = "cache";
        Message elsewhere = $"Name another directory, which only you can write, with CONTAINERIZE_CACHE_DIRECTORY.";
        if (directory is null)
        {
            findings.Note(Check, $"This user has no home, so there is no shared cache.", elsewhere);
            return;
        }

        try
        {
            if (File.Exists(directory))
            {
                findings.Problem(Check, $"'{directory}' is a file.", elsewhere);
                return;
            }

            if (!Directory.Exists(directory))
            {
                findings.Note(Check, $"There is no cache yet; it will be at '{directory}'.");
                return;
            }

            var store = new BlobStore(directory);
            if ((CacheTrust.Objection(store) ?? CacheMarker.Objection(directory)) is { } objection)
            {
                findings.Problem(Check, $"The cache '{directory}' is not used: {objection}.", elsewhere);
                return;
            }

            var drive = new DriveInfo(directory);
            var held = CacheReport.Of(store, DateTimeOffset.UtcNow).Kinds.Sum(kind => kind.Bytes);
            Message text = $"The cache '{directory}' holds {ByteSize.Format(held)}; {ByteSize.Format(drive.AvailableFreeSpace)} are free " +
                $"({drive.DriveFormat}).";
            if (drive.AvailableFreeSpace < LittleRoom)
            {
                findings.Problem(Check, text, $"Make room: containerize cache prune --max-size 1GB.");
            }
            else if (s_remote.Contains(drive.DriveFormat, StringComparer.OrdinalIgnoreCase))
            {
                findings.Note(Check, text, $"A file system over the network makes builds slow: name a local directory with " +
                    $"CONTAINERIZE_CACHE_DIRECTORY.");
            }
            else
            {
                findings.Works(Check, text);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            findings.Problem(Check, $"The cache '{directory}' cannot be looked at: {failure.Message}", elsewhere);
        }
    }

    /// <summary>Looks where apt takes packages from; builds with packages of Debian do the same.</summary>
    /// <param name="directory">apt's configuration.</param>
    internal void PackageSources(string directory)
    {
        const string Check = "apt";
        if (!Directory.Exists(directory))
        {
            return;
        }

        try
        {
            var sources = new AptSources(directory);
            var hosts = sources.Addresses.Select(address => address.Authority).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
            findings.Note(Check, hosts.Count == 0
                ? (Message)$"apt has no archive of Debian or Ubuntu; builds with their packages use the usual ones."
                : $"Packages of Debian and Ubuntu are taken from {Printable.List(hosts)}.");
            foreach (var reason in sources.PassedOver)
            {
                findings.Note(Check, $"A source was passed over: {reason}", $"Correct it if packages are to come from there.");
            }
        }
        catch (ContainerizeException failure)
        {
            findings.Problem(Check, failure.Message, $"Correct apt's configuration; apt-get update must work.");
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            findings.Problem(Check, $"apt's configuration cannot be read: {failure.Message}", $"Let this user read {directory}.");
        }
    }
}
