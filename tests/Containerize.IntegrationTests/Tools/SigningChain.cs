using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>A key and its certificates, made by OpenSSL: a root, and a certificate for signing code.</summary>
/// <param name="Key">The path of the private key.</param>
/// <param name="Certificate">The path of its certificate.</param>
/// <param name="Root">The path of the certificate that issued it.</param>
internal sealed record SigningChain(string Key, string Certificate, string Root)
{
    /// <summary>Makes a chain.</summary>
    /// <param name="folder">Where the files go.</param>
    /// <param name="name">What the files are called.</param>
    internal static async Task<SigningChain> CreateAsync(TemporaryDirectory folder, string name)
    {
        var root = await KeyPair.CreateAsync(folder, $"{name}-root");
        var leaf = await KeyPair.CreateAsync(folder, $"{name}-leaf");
        var chain = new SigningChain(leaf.PrivateKey, folder[$"{name}-leaf.crt"], folder[$"{name}-root.crt"]);
        await OpenSslAsync(
            "req", "-x509", "-new", "-key", root.PrivateKey, "-subj", "/CN=Root/O=Test", "-days", "10", "-out", chain.Root,
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign");
        var request = folder[$"{name}-leaf.csr"];
        await OpenSslAsync("req", "-new", "-key", leaf.PrivateKey, "-subj", "/CN=Signer/O=Test", "-out", request);
        await OpenSslAsync(
            "x509", "-req", "-in", request, "-CA", chain.Root, "-CAkey", root.PrivateKey, "-CAcreateserial", "-days", "5",
            "-out", chain.Certificate, "-extfile",
            folder.Write($"{name}-leaf.ext", "keyUsage=critical,digitalSignature\nextendedKeyUsage=codeSigning\n"));
        return chain;

        static async Task OpenSslAsync(params string[] arguments) =>
            (await ProcessRunner.RunAsync("openssl", arguments)).EnsureSuccess();
    }
}
