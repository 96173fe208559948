using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Registry.Credentials;
using Containerize.Registry.Protocol;

namespace Containerize.Registry;

/// <summary>What makes clients differ: where two clients would have the same identity, one can do the work of both.</summary>
internal static class ClientIdentity
{
    /// <summary>Identifies the client that options give: by all of them, the environment, and the files that credentials are in.</summary>
    /// <param name="variables">All environment variables: credential helpers get them too.</param>
    /// <returns>A digest, because variables hold secrets.</returns>
    internal static Digest Of(RegistryOptions options, IEnumerable<KeyValuePair<string, string>> variables)
    {
        IEnumerable<string> parts =
        [
            .. Describe(options),
            options.Memory?.Root ?? "",
            options.Memory?.Warm?.Root ?? "",
            // A login during a build counts for what comes after it.
            .. CredentialStore.Files(options).Select(file => $"{file}={FileStatus.TryOf(file, followLinks: true)?.Stamp.Text}"),
            .. variables.Select(variable => $"{variable.Key}={variable.Value}").Order(StringComparer.Ordinal),
        ];
        // No variable has a zero in it.
        return Digest.Of(Encoding.UTF8.GetBytes(string.Join('\0', parts)));
    }

    // Not by a serializer: that would be compiled in every build.
    private static IEnumerable<string> Describe(RegistryOptions options) =>
    [
        options.UserAgent,
        List(options.CertificateFiles),
        Number(options.NoProgressTimeout.Ticks),
        Number(options.MaxRetries),
        Number(options.RetryDelay.Ticks),
        Number(options.MaxRetryDelay.Ticks),
        List(options.PushRegistries),
        options.PullRegistry ?? "",
        List(options.InsecureRegistries),
        .. options.Mirrors.OrderBy(mirror => mirror.Key, StringComparer.Ordinal).Select(mirror => $"{mirror.Key}={List(mirror.Value)}"),
        // Ends the mirrors, of which there is any number.
        "",
        Number(options.MaxParallelTransfers),
        Number(options.ChunkSize),
        options.IsOffline ? "offline" : "online",
    ];

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    // The count, because an empty list is not one empty text.
    private static string List(IReadOnlyCollection<string> items) => $"{Number(items.Count)}\n{string.Join('\n', items)}";
}
