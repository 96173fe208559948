using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>A pair of keys that OpenSSL made, as PEM files.</summary>
/// <param name="PrivateKey">The path of the private key.</param>
/// <param name="PublicKey">The path of the public key.</param>
internal sealed record KeyPair(string PrivateKey, string PublicKey)
{
    /// <summary>Makes a pair.</summary>
    /// <param name="folder">Where the files go.</param>
    /// <param name="name">What the files are called.</param>
    /// <param name="algorithm">As <c>openssl genpkey</c> names it.</param>
    /// <param name="option">An option of the algorithm; null for none.</param>
    /// <param name="password">What the private key is encrypted with; null for nothing.</param>
    internal static async Task<KeyPair> CreateAsync(
        TemporaryDirectory folder,
        string name,
        string algorithm = "EC",
        string? option = "ec_paramgen_curve:P-256",
        string? password = null)
    {
        var pair = new KeyPair(folder[$"{name}.pem"], folder[$"{name}.pub"]);
        string[] options = option is null ? [] : ["-pkeyopt", option];
        string[] encryption = password is null ? [] : ["-aes-256-cbc", "-pass", $"pass:{password}"];
        string[] opening = password is null ? [] : ["-passin", $"pass:{password}"];
        await OpenSslAsync(["genpkey", "-algorithm", algorithm, .. options, .. encryption, "-out", pair.PrivateKey]);
        await OpenSslAsync(["pkey", "-in", pair.PrivateKey, .. opening, "-pubout", "-out", pair.PublicKey]);
        return pair;
    }

    private static async Task OpenSslAsync(string[] arguments) =>
        (await ProcessRunner.RunAsync("openssl", arguments)).EnsureSuccess();
}
