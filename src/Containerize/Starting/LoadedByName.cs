namespace Containerize.Starting;

/// <summary>
/// Libraries that .NET loads by name, so that no ELF file tells of them. Sources, in dotnet/runtime:
/// ICU: src/native/libs/System.Globalization.Native/pal_icushim.c (<c>libicuuc.so.N</c>, N from 50 on);
/// OpenSSL: src/native/libs/System.Security.Cryptography.Native/opensslshim.c (<c>libssl.so.3</c>, <c>.1.1</c>, <c>.1.0.2</c> and older);
/// GSSAPI: src/native/libs/System.Net.Security.Native/pal_gssapi.c (<c>libgssapi_krb5.so.2</c>).
/// </summary>
/// <param name="files">The image.</param>
/// <param name="search">The loader of the program that is started.</param>
/// <param name="release">The base's distribution.</param>
/// <param name="app">The app.</param>
/// <param name="isInvariant">Whether the project says that the app does without cultures.</param>
internal sealed class LoadedByName(StartedImage files, LibrarySearch search, BaseRelease release, DotnetApp app, bool isInvariant)
{
    private const string Icu = "libicuuc.so.";
    private const string Ssl = "libssl.so.";
    private const string Gss = "libgssapi_krb5.so.2";

    private static readonly string[] s_true = ["1", "true"];

    /// <summary>Finds out which of them are missing.</summary>
    /// <param name="use">What the app uses.</param>
    /// <param name="runtime">The directories of .NET's runtime, where an app's own libraries may lie, too.</param>
    internal IEnumerable<StartFinding> Check(Lazy<AssemblyUse> use, IReadOnlyList<string> runtime)
    {
        if (!IsInvariant() && !Has(Icu, [.. runtime, app.Directory]))
        {
            var cure = release.HasDebianPackages && DebianLibraries.PackageOf(Icu, release) is { } package
                ? (Message)$"Add {BaseRelease.Item([package])}, "
                : (Message)$"Choose a base image that has it, ";
            // An app that uses no culture at all starts: few do, like one that writes a line.
            yield return StartFinding.Likely(
                DiagnosticCode.StartLoadedLibraryMissing,
                $"The app needs ICU ({Icu}N) once it uses a culture, which most apps do when they start, and the image does not have it. "
                + $"{cure}or set <InvariantGlobalization>true</InvariantGlobalization> for an app that needs no cultures.");
        }

        if (!Has(Ssl, runtime) && (use.Value.UsesCryptography || use.Value.UsesTls))
        {
            Message why = use.Value.UsesCryptography ? (Message)$"uses cryptography" : $"makes connections with TLS";
            yield return StartFinding.Likely(
                DiagnosticCode.StartLoadedLibraryMissing,
                $"The app {why}, and the image has no OpenSSL (libssl.so.3) for that.") with { Lacks = [DebianLibraries.OpenSsl(release)] };
        }

        if (!Has(Gss, []) && use.Value.UsesKerberos)
        {
            yield return StartFinding.Likely(
                DiagnosticCode.StartLoadedLibraryMissing,
                $"The app uses Kerberos or NTLM, and the image does not have {Gss} for it.") with { Lacks = [Gss] };
        }
    }

    // The runtime reads the variable only where the app's config says nothing.
    private bool IsInvariant() =>
        app.Config is { HasOwnIcu: true } || files.Variables.ContainsKey("DOTNET_SYSTEM_GLOBALIZATION_APPLOCALICU")
        || (app.Config?.IsInvariant ?? ((app.Config is null && isInvariant)
            || (files.Variables.TryGetValue("DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", out var said)
                && s_true.Contains(said, StringComparer.OrdinalIgnoreCase))));

    private bool Has(string prefix, IEnumerable<string> more) => search.Directories.Concat(more)
        .Any(directory => files.NamesIn(directory).Any(name => name.StartsWith(prefix, StringComparison.Ordinal)
            && files.FindFile($"{directory}/{name}") is not null));
}
