using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Starting;

/// <summary>
/// What an app uses of .NET, by the names of types and members that its assemblies refer to. The project's own assemblies, and those of
/// its solution, are meant where nothing else is said: those of packages can do more than the app asks for.
/// </summary>
internal sealed class AssemblyUse
{
    private const int MostAssemblies = 200;
    private const int MostBytes = 64 * 1024 * 1024;
    private const string Cryptography = "System.Security.Cryptography";

    private static readonly string[] s_tls = ["HttpClient", "SslStream", "SocketsHttpHandler", "HttpClientHandler", "AddHttpClient"];
    private static readonly string[] s_runtimes = ["Microsoft.NETCore.App.", "Microsoft.AspNetCore.App."];

    private readonly Lazy<HashSet<string>> _own;
    private readonly Lazy<HashSet<string>> _packages;

    /// <param name="files">The image.</param>
    /// <param name="directory">The directory of the app.</param>
    internal AssemblyUse(StartedImage files, string directory)
    {
        var prefix = files.Resolve(directory) is { Length: > 0 } real ? real + "/" : "";
        var assemblies = files.Added.Values.Where(entry => entry is { SourcePath: not null, Size: <= MostBytes }
            && entry.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            && entry.Path.StartsWith(prefix, StringComparison.Ordinal));
        _own = new(() => Read(assemblies.Where(entry => entry.Package is null)));
        _packages = new(() => Read(assemblies.Where(entry => entry.Package is { } package && !IsRuntime(package))));
    }

    /// <summary>Whether it makes connections with TLS, or its packages do: those that can are there for it.</summary>
    internal bool UsesTls => Has(_own, s_tls) || Has(_packages, s_tls);

    /// <summary>Whether it makes keys, signatures or hashes, or reads certificates.</summary>
    internal bool UsesCryptography => _own.Value.Contains(Cryptography);

    /// <summary>Whether it asks for time zones by name.</summary>
    internal bool UsesTimeZones => Has(
        _own, "FindSystemTimeZoneById", "TryFindSystemTimeZoneById", "ConvertTimeBySystemTimeZoneId");

    /// <summary>Whether it speaks Kerberos or NTLM.</summary>
    internal bool UsesKerberos => Has(
        _own, "NegotiateAuthentication", "NegotiateStream", "NegotiateDefaults", "NegotiateExtensions");

    /// <summary>Whether it is a server of ASP.NET Core.</summary>
    internal bool IsServer => Has(_own, "WebApplication", "ConfigureWebHostDefaults", "IWebHostBuilder");

    /// <summary>Whether the code may say by itself where it listens.</summary>
    internal bool ChoosesAddress => Has(
        _own, "UseUrls", "ListenAnyIP", "Listen", "ListenUnixSocket", "ConfigureKestrel", "UseKestrel", "get_Urls", "KestrelServerOptions",
        "IServerAddressesFeature");

    private static bool Has(Lazy<HashSet<string>> used, params string[] names) => names.Any(used.Value.Contains);

    // Runtime packs are packages, too: what they can do is no sign that the app does it.
    private static bool IsRuntime(string package) => s_runtimes.Any(name => package.StartsWith(name, StringComparison.Ordinal));

    private static HashSet<string> Read(IEnumerable<LayerEntry> assemblies)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var assembly in assemblies.Take(MostAssemblies))
        {
            names.UnionWith(Read(assembly));
        }

        return names;
    }

    private static HashSet<string> Read(LayerEntry entry)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            using var reader = new PEReader(RegularFile.OpenRead(entry.SourcePath!), PEStreamOptions.PrefetchMetadata);
            if (!reader.HasMetadata)
            {
                return names;
            }

            var metadata = reader.GetMetadataReader();
            foreach (var type in metadata.TypeReferences.Select(metadata.GetTypeReference))
            {
                names.Add(metadata.GetString(type.Name));
                if (metadata.GetString(type.Namespace).StartsWith(Cryptography, StringComparison.Ordinal))
                {
                    names.Add(Cryptography);
                }
            }

            foreach (var member in metadata.MemberReferences)
            {
                names.Add(metadata.GetString(metadata.GetMemberReference(member).Name));
            }

            foreach (var instance in metadata.TypeDefinitions)
            {
                // What the assembly itself defines under such a name is not .NET's.
                names.Remove(metadata.GetString(metadata.GetTypeDefinition(instance).Name));
            }
        }
        catch (Exception failure) when (failure is BadImageFormatException or InvalidOperationException || FileFailure.IsOne(failure))
        {
            // Not an assembly, whatever its name says: it uses nothing.
        }

        return names;
    }
}
