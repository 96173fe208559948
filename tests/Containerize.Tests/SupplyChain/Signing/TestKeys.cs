using System.Security.Cryptography;
using Containerize.SupplyChain.Signing;

namespace Containerize.Tests.SupplyChain.Signing;

/// <summary>Signing keys of tests.</summary>
internal static class TestKeys
{
    /// <summary>A new key on P-256.</summary>
    internal static SigningKey Create()
    {
        using var ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return SigningKey.Import(ecdsa.ExportPkcs8PrivateKey(), "test");
    }
}
