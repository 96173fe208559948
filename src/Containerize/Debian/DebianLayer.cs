using System.Text;
using Containerize.Building;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Debian.Rootfs;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Trees;

namespace Containerize.Debian;

/// <summary>Packages, and certificate authorities of the project's own, on top of a base image.</summary>
/// <param name="packages">The packages.</param>
internal sealed class DebianLayer(DebianPackages packages) : ILayerSource
{
    private const string Use = "packages";

    /// <inheritdoc/>
    public string Name => packages.Settings.Packages.Count > 0 ? "packages" : "certificates";

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoDpkgBase"/>, <see cref="DiagnosticCode.OtherRelease"/>, or what
    /// choosing packages throws.</exception>
    public async Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken)
    {
        var opened = await context.Base;
        var image = opened.Image;
        if (image.Config.Platform.IsWindows)
        {
            throw new ContainerizeException(
                DiagnosticCode.NoDpkgBase,
                "ContainerizeDebianPackage and ContainerizeCaCertificate put files of Debian into the image, and this one is for " +
                "Windows. Give the items Condition=\"!$(ContainerRuntimeIdentifier.Contains('win'))\".");
        }

        var reading = new Lazy<Task<DpkgBase>>(
            async () => new DpkgBase(await ImageTree.ReadAsync(image, context.Cache.Store, TreeParts.All, cancellationToken)));
        var identity = opened.Identity;
        var request = packages.Settings.Packages.Count > 0 ? await RequestAsync(image, identity, reading, cancellationToken) : null;
        var locked = request is null ? null : packages.Of(request);
        var set = request is null ? null : await locked!.ChooseAsync(request, cancellationToken);
        var root = new AddedRoot
        {
            Base = identity,
            Fitted = set?.Fitted,
            BaseLinks = request?.BaseLinks ?? new(),
            Diverted = request?.BaseDiverted ?? new(),
            Certificates = packages.Settings.Certificates,
            BaseBundle = async _ => (await reading.Value).Bundle,
        };
        var prepared = new PreparedPackages(locked, request, set, root, context.Cache, context.Options, packages.Reporter)
        {
            Base = async () => await FilesAsync(reading, request?.Architecture),
        };
        return await prepared.RecallAsync(cancellationToken);
    }

    /// <summary>Makes the layer for its own sake, unless the cache has it.</summary>
    /// <exception cref="ContainerizeException">What choosing packages and making the layer throw.</exception>
    public async Task MakeAsync(LayerContext context, CancellationToken cancellationToken)
    {
        var prepared = await PrepareAsync(context, cancellationToken);
        if (context.Cache.Find(prepared.Content.Hash) is not null)
        {
            return;
        }

        using var turn = await context.Cache.Store.WaitForTurnAsync(prepared.Content.Hash, cancellationToken);
        if (context.Cache.Find(prepared.Content.Hash) is null)
        {
            var written = await prepared.WriteAsync(similar: null, cancellationToken);
            context.Cache.Add(prepared.Content, written);
        }
    }

    private async Task<DebianRequest> RequestAsync(
        Image image, string identity, Lazy<Task<DpkgBase>> reading, CancellationToken cancellationToken)
    {
        var architecture = DebianRequest.ArchitectureOf(image.Config.Platform);
        // The lock knows the base that it was made for: then none of its layers has to be fetched or read.
        if (DebianLock.Read(packages.Settings.LockFile) is { } known && known.Find(Use, architecture) is { BaseLinks: { } remembered } set
            && DebianRelease.Find(known.Release) is { } lockedRelease)
        {
            var answered = Request(lockedRelease, remembered, set.BaseDiverted);
            if (packages.Settings.LockMode != DebianLockMode.Renew && packages.IsAnswer(answered, set))
            {
                return answered;
            }
        }

        var dpkg = await reading.Value.WaitAsync(cancellationToken);
        return Request(dpkg.Release(), dpkg.Links, dpkg.Diverted);

        DebianRequest Request(DebianRelease release, SortedDictionary<string, string> links, SortedDictionary<string, string>? diverted) =>
            new()
        {
            Use = Use,
            Release = release,
            Architecture = architecture,
            Packages = packages.Settings.Packages,
            Base = Digest.Of(Encoding.UTF8.GetBytes(identity)).Hex,
            BaseLinks = links,
            BaseDiverted = diverted,
            Installed = async _ => (await reading.Value).Installed(architecture),
        };
    }

    /// <summary>Reads what the base has. Certificates take no file away from its packages, which it need not have.</summary>
    private static async Task<BaseFiles> FilesAsync(Lazy<Task<DpkgBase>> reading, string? architecture)
    {
        var dpkg = await reading.Value;
        return dpkg.Files(architecture is null ? InstalledSet.Empty : dpkg.Installed(architecture));
    }
}
