using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Containerize.Files;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Machine;

/// <summary>
/// The certificates that this machine keeps for single registries, where Docker and Podman look for them: <c>certs.d/host:port</c> with
/// authorities in <c>*.crt</c>, and client certificates in <c>*.cert</c>, each with its key in <c>*.key</c>.
/// </summary>
/// <param name="isWindows">Whether names of directories have no colon: Docker drops it there; null asks the system.</param>
internal sealed class CertificateDirectories(RegistryOptions options, IReporter reporter, bool? isWindows = null)
{
    private const long MaxSize = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, HostCertificates?> _found = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The certificates for a registry.</summary>
    /// <param name="authority">Host, and the port where it is not the usual one.</param>
    /// <returns>The certificates; null where there are none.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.CredentialsUnusable"/>: a file is damaged, or a client certificate
    /// lacks its key.</exception>
    internal HostCertificates? Of(string authority) => _found.GetOrAdd(authority, Find);

    private HostCertificates? Find(string authority)
    {
        // Podman keeps Docker Hub's under the name in references, Docker under the host that serves it.
        string[] names = authority == RegistryOrigin.DockerHubHost ? [ImageReference.DockerHub, authority] : [authority];
        var directory = Places().SelectMany(
            place => names.SelectMany(name => new[] { name, name + ":443" }).Select(name => Path.Combine(place, NameOf(name))))
            .FirstOrDefault(Directory.Exists);
        if (directory is null)
        {
            return null;
        }

        try
        {
            var authorities = new X509Certificate2Collection();
            foreach (var file in Directory.GetFiles(directory, "*.crt").Order(StringComparer.Ordinal))
            {
                Read(file, () => Import(file, authorities));
            }

            var clients = new List<ClientCertificate>();
            foreach (var file in Directory.GetFiles(directory, "*.cert").Order(StringComparer.Ordinal))
            {
                Read(file, () => clients.Add(WithKey(file, Path.ChangeExtension(file, ".key"))));
            }

            return authorities.Count + clients.Count == 0 ? null : new HostCertificates(authorities, clients);
        }
        catch (UnauthorizedAccessException)
        {
            // Root's own; Docker and Podman of this user do not see it either.
            return null;
        }
    }

    // The machine's own configuration: other programs may take what is of no use here.
    private void Import(string file, X509Certificate2Collection authorities)
    {
        var text = RegularFile.ReadAllText(file, MaxSize);
        // A link to the null device switches a file off.
        if (text.Length > 0 && !ServerTrust.TryImport(authorities, text))
        {
            reporter.Warning(
                DiagnosticCode.CredentialsUnusable,
                $"'{file}' holds no certificate in PEM form, and is ignored. Convert it ('openssl x509 -inform der -in FILE'), or "
                    + $"remove it.");
        }
    }

    private string NameOf(string authority) =>
        isWindows ?? OperatingSystem.IsWindows() ? authority.Replace(":", "", StringComparison.Ordinal) : authority;

    /// <summary>The user's own, Docker Desktop's, the machine's, what distributions ship, and Docker's on Windows.</summary>
    private IEnumerable<string> Places()
    {
        var own = MachineConfiguration.ConfigHome(options);
        string?[] places =
        [
            own is null ? null : Path.Combine(own, "containers"),
            own is null ? null : Path.Combine(own, "docker"),
            options.InHome(".docker"),
            Path.Combine(options.SystemConfigDirectory, "containers"),
            Path.Combine(options.SystemDataDirectory, "containers"),
            Path.Combine(options.SystemConfigDirectory, "docker"),
            MachineConfiguration.DockerOfWindows(options),
        ];
        return places.OfType<string>().Select(place => Path.Combine(place, "certs.d"));
    }

    /// <summary>The first certificate of a file is the one of the key; behind it stand those that issued it.</summary>
    private static ClientCertificate WithKey(string certificate, string key)
    {
        var text = RegularFile.ReadAllText(certificate, MaxSize);
        var leaf = X509Certificate2.CreateFromPem(text, RegularFile.ReadAllText(key, MaxSize));
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        // Windows' TLS wants a key that was imported.
        return new(
            OperatingSystem.IsWindows() ? X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null) : leaf,
            [.. all.Skip(1)]);
    }

    private static void Read(string file, Action read)
    {
        try
        {
            read();
        }
        catch (Exception failure) when (failure is IOException or CryptographicException)
        {
            throw new ContainerizeException(
                DiagnosticCode.CredentialsUnusable,
                $"The certificate '{file}' cannot be read: {failure.Message} An authority (*.crt) and a client certificate (*.cert) are " +
                $"in PEM form, and beside the latter lies its key (*.key).",
                failure);
        }
    }
}
