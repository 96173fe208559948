using System.Text;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>Libraries of node that judge signatures, and programs that make some.</summary>
internal static class SigstoreVerifier
{
    private static string Sources => Path.Combine(Repository.Root, "tests", "Containerize.IntegrationTests", "Sigstore");

    /// <summary>Judges bundles.</summary>
    /// <param name="folder">Where the library is installed, once.</param>
    /// <param name="cases">Bundles, each with the path of a public key.</param>
    /// <returns>A verdict for each: <c>accepted</c>, or the code of the error.</returns>
    internal static async Task<IReadOnlyList<string>> VerifyAsync(
        TemporaryDirectory folder, params IEnumerable<(byte[] Bundle, string PublicKey)> cases)
    {
        await InstallAsync(folder);
        var files = cases.SelectMany((each, number) => new[] { folder.Write($"bundle{number}.json", each.Bundle), each.PublicKey });
        var output = (await ProcessRunner.RunAsync("node", ["verify.js", .. files], folder["node"])).EnsureSuccess().Output;
        return output.Trim().Split(", ");
    }

    /// <summary>Judges signatures of the Notary Project with a JOSE library.</summary>
    /// <param name="folder">Where the library is installed, once.</param>
    /// <param name="cases">Files of envelopes, each with the digest that should be signed. The certificates are written beside them.
    /// </param>
    internal static async Task<IReadOnlyList<string>> VerifyNotaryAsync(
        TemporaryDirectory folder, params IEnumerable<(string Envelope, string Digest)> cases)
    {
        await InstallAsync(folder);
        var arguments = cases.SelectMany(each => new[] { each.Envelope, each.Digest });
        return (await ProcessRunner.RunAsync("node", ["verify-notary.js", .. arguments], folder["node"])).EnsureSuccess()
            .Output.Trim().Split(", ");
    }

    /// <summary>Judges bundles that are signed for an identity.</summary>
    /// <param name="folder">Where the library is installed, once.</param>
    /// <param name="trustedRoot">The file of the trusted root.</param>
    /// <param name="cases">Bundles, each with the identity and the issuer that should have signed.</param>
    internal static async Task<IReadOnlyList<string>> VerifyKeylessAsync(
        TemporaryDirectory folder, string trustedRoot, params IEnumerable<(byte[] Bundle, string Identity, string Issuer)> cases)
    {
        await InstallAsync(folder);
        var arguments = cases.SelectMany((each, number) =>
            new[] { folder.Write($"keyless{number}.json", each.Bundle), each.Identity, each.Issuer });
        return (await ProcessRunner.RunAsync("node", ["verify-keyless.js", trustedRoot, .. arguments], folder["node"])).EnsureSuccess()
            .Output.Trim().Split(", ");
    }

    /// <summary>A bundle whose statement differs in one byte from what was signed.</summary>
    internal static byte[] Changed(byte[] bundle)
    {
        var json = JsonNode.Parse(bundle)!;
        var payload = Convert.FromBase64String(json["dsseEnvelope"]!["payload"]!.GetValue<string>());
        payload[^2] ^= 1;
        json["dsseEnvelope"]!["payload"] = Convert.ToBase64String(payload);
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    /// <summary>Writes a program of node that can be started by its name.</summary>
    /// <returns>Its full path.</returns>
    internal static string WriteProgram(TemporaryDirectory folder, string name, string script)
    {
        var path = folder[name];
        AtomicFile.Write(
            path, Encoding.UTF8.GetBytes($"#!/bin/sh\nexec node '{Path.Combine(Sources, script)}' \"$@\"\n"), FileModes.Executable);
        return path;
    }

    /// <summary>Installs the packages of node, once a folder.</summary>
    internal static async Task InstallAsync(TemporaryDirectory folder)
    {
        if (!Directory.Exists(folder["node"]))
        {
            foreach (var file in Directory.GetFiles(Sources))
            {
                folder.Write(Path.Combine("node", Path.GetFileName(file)), await File.ReadAllBytesAsync(file));
            }

            (await ProcessRunner.RunAsync("npm", ["ci", "--no-audit", "--no-fund"], folder["node"])).EnsureSuccess();
        }
    }
}
