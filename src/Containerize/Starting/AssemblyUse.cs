using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Starting;

/// <summary>What an app's own assemblies use of .NET, by the names of types and members that they refer to.</summary>
internal sealed class AssemblyUse
{
    private const int MostAssemblies = 200;
    private const int MostBytes = 64 * 1024 * 1024;

    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    /// <summary>Reads the assemblies of the project and of its solution. Those of packages can do more than the app asks for.</summary>
    internal AssemblyUse(StartedImage files, string directory)
    {
        var prefix = files.Resolve(directory) is { Length: > 0 } real ? real + "/" : "";
        foreach (var entry in files.Added.Values.Where(entry => entry is { Package: null, SourcePath: not null, Size: <= MostBytes }
            && entry.Path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
            && entry.Path.StartsWith(prefix, StringComparison.Ordinal)).Take(MostAssemblies))
        {
            Read(entry);
        }
    }

    /// <summary>Whether it makes connections with TLS.</summary>
    internal bool UsesTls => Has("HttpClient", "SslStream", "SocketsHttpHandler", "HttpClientHandler", "AddHttpClient");

    /// <summary>Whether it asks for time zones by name.</summary>
    internal bool UsesTimeZones => Has("FindSystemTimeZoneById", "TryFindSystemTimeZoneById", "ConvertTimeBySystemTimeZoneId");

    /// <summary>Whether it speaks Kerberos or NTLM.</summary>
    internal bool UsesKerberos => Has("NegotiateAuthentication", "NegotiateStream", "NegotiateDefaults", "NegotiateExtensions");

    /// <summary>Whether it is a server of ASP.NET Core.</summary>
    internal bool IsServer => Has("WebApplication", "ConfigureWebHostDefaults", "IWebHostBuilder");

    /// <summary>Whether the code may say by itself where it listens.</summary>
    internal bool ChoosesAddress => Has(
        "UseUrls", "ListenAnyIP", "Listen", "ListenUnixSocket", "ConfigureKestrel", "UseKestrel", "get_Urls", "KestrelServerOptions",
        "IServerAddressesFeature");

    private bool Has(params string[] names) => names.Any(_names.Contains);

    private void Read(LayerEntry entry)
    {
        try
        {
            using var reader = new PEReader(RegularFile.OpenRead(entry.SourcePath!), PEStreamOptions.PrefetchMetadata);
            if (!reader.HasMetadata)
            {
                return;
            }

            var metadata = reader.GetMetadataReader();
            foreach (var type in metadata.TypeReferences)
            {
                _names.Add(metadata.GetString(metadata.GetTypeReference(type).Name));
            }

            foreach (var member in metadata.MemberReferences)
            {
                _names.Add(metadata.GetString(metadata.GetMemberReference(member).Name));
            }

            foreach (var instance in metadata.TypeDefinitions)
            {
                // What the project itself defines under such a name is not .NET's.
                _names.Remove(metadata.GetString(metadata.GetTypeDefinition(instance).Name));
            }
        }
        catch (Exception failure) when (failure is BadImageFormatException or InvalidOperationException || FileFailure.IsOne(failure))
        {
            // Not an assembly, whatever its name says: it uses nothing.
        }
    }
}
