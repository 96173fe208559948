using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The library of Sigstore, which judges bundles with public keys.</summary>
internal static class SigstoreVerifier
{
    /// <summary>Judges bundles.</summary>
    /// <param name="folder">Where the library is installed, once.</param>
    /// <param name="cases">Bundles, each with the path of a public key.</param>
    /// <returns>A verdict for each: <c>accepted</c>, or the code of the error.</returns>
    internal static async Task<IReadOnlyList<string>> VerifyAsync(
        TemporaryDirectory folder, params IEnumerable<(byte[] Bundle, string PublicKey)> cases)
    {
        if (!Directory.Exists(folder["node"]))
        {
            foreach (var file in Directory.GetFiles(Path.Combine(Repository.Root, "tests", "Containerize.IntegrationTests", "Sigstore")))
            {
                folder.Write(Path.Combine("node", Path.GetFileName(file)), await File.ReadAllBytesAsync(file));
            }

            (await ProcessRunner.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], folder["node"])).EnsureSuccess();
        }

        var files = cases.SelectMany((each, number) => new[] { folder.Write($"bundle{number}.json", each.Bundle), each.PublicKey });
        var output = (await ProcessRunner.RunAsync("node", ["verify.js", .. files], folder["node"])).EnsureSuccess().Output;
        return output.Trim().Split(", ");
    }
}
