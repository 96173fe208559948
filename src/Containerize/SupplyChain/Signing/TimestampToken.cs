using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Containerize.SupplyChain.Signing;

/// <summary>A time that an authority certifies for some bytes: CMS with one signer, over the time and the hash of the bytes.</summary>
/// <remarks>RFC 3161; RFC 5652; RFC 5816.</remarks>
internal sealed class TimestampToken
{
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TimestampInfo = "1.2.840.113549.1.9.16.1.4";
    private const string ContentType = "1.2.840.113549.1.9.3";
    private const string MessageDigest = "1.2.840.113549.1.9.4";
    private const string SigningCertificate = "1.2.840.113549.1.9.16.2.12";
    private const string SigningCertificate2 = "1.2.840.113549.1.9.16.2.47";
    private const string Pss = "1.2.840.113549.1.1.10";

    private static readonly Asn1Tag s_first = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag s_second = new(TagClass.ContextSpecific, 1);

    // By what hashes and signatures are called: those that are strong enough.
    private static readonly Dictionary<string, HashAlgorithmName> s_hashes = new(StringComparer.Ordinal)
    {
        ["2.16.840.1.101.3.4.2.1"] = HashAlgorithmName.SHA256,
        ["2.16.840.1.101.3.4.2.2"] = HashAlgorithmName.SHA384,
        ["2.16.840.1.101.3.4.2.3"] = HashAlgorithmName.SHA512,
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
    };

    private readonly List<byte[]> _certificates = [];
    private byte[] _info = [];
    private HashAlgorithmName _imprintHash;
    private ReadOnlyMemory<byte> _signer;
    private HashAlgorithmName _signerHash;
    private byte[] _attributes = [];
    private HashAlgorithmName _signatureHash;
    private bool _isPss;
    private byte[] _signature = [];

    private TimestampToken()
    {
    }

    /// <summary>The time, which counts only when the token is not refused.</summary>
    internal DateTimeOffset Time { get; private set; }

    /// <summary>The hash of what was stamped.</summary>
    internal byte[] Imprint { get; private set; } = [];

    /// <summary>Reads the answer of an authority, or the token in it.</summary>
    /// <returns>The token; null when it is none, or none was granted.</returns>
    internal static TimestampToken? Read(byte[] der)
    {
        try
        {
            var content = new AsnReader(der, AsnEncodingRules.BER);
            var first = content.PeekEncodedValue();
            var sequence = content.ReadSequence();
            if (sequence.PeekTag() == Asn1Tag.Sequence)
            {
                // 0 is granted, 1 granted with changes; all others have no token.
                if (sequence.ReadSequence().ReadInteger() > 1)
                {
                    return null;
                }

                first = sequence.PeekEncodedValue();
            }

            var token = new TimestampToken();
            token.ReadContent(new AsnReader(first, AsnEncodingRules.BER));
            return token;
        }
        catch (Exception failure) when (failure is AsnContentException or CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether the token is about some bytes.</summary>
    internal bool IsAbout(ReadOnlySpan<byte> stamped) =>
        CryptographicOperations.HashData(_imprintHash, stamped).AsSpan().SequenceEqual(Imprint);

    /// <summary>Whether the token is about some bytes, and signed by an authority that is trusted.</summary>
    /// <param name="authorities">Who is trusted; one is enough.</param>
    /// <returns>Why not, as a sentence without its end; null when it is.</returns>
    internal string? Refuse(ReadOnlySpan<byte> stamped, IReadOnlyList<CertificateAuthority> authorities)
    {
        if (!IsAbout(stamped))
        {
            return "its time stamp is of another signature";
        }

        using var own = CertificateAuthority.Read(_certificates, default);
        var candidates = own.All.Concat(authorities.SelectMany(each => each.All));
        if (candidates.FirstOrDefault(IsSigner) is not { } signer)
        {
            return "the certificate of its time stamp is neither in it nor trusted";
        }

        if (!IsSignedBy(signer))
        {
            return "the signature of its time stamp does not verify";
        }

        var uses = signer.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(each => each.EnhancedKeyUsages.Cast<Oid>());
        if (uses.Select(use => use.Value).ToList() is not [CertificateAuthority.TimeStamping])
        {
            return "the certificate of its time stamp is not for time stamps alone";
        }

        var reasons = authorities.Select(each =>
            each.Refuse(signer, own.All, Time, CertificateAuthority.TimeStamping, out _)).ToList();
        return reasons.Contains(null) ? null
            : $"its time stamp is by no authority that is trusted ({string.Join(", ", reasons.Distinct())})";
    }

    private void ReadContent(AsnReader reader)
    {
        var token = reader.ReadSequence();
        Require(token.ReadObjectIdentifier() == SignedData);
        var signed = token.ReadSequence(s_first).ReadSequence();
        signed.ReadInteger();
        signed.ReadSetOf();
        var content = signed.ReadSequence();
        Require(content.ReadObjectIdentifier() == TimestampInfo);
        _info = content.ReadSequence(s_first).ReadOctetString();
        if (signed.HasData && signed.PeekTag().HasSameClassAndValue(s_first))
        {
            var certificates = signed.ReadSetOf(skipSortOrderValidation: true, s_first);
            while (certificates.HasData)
            {
                // Other forms of certificates, which nothing uses, have tags of their own.
                var (isCertificate, encoded) = (certificates.PeekTag() == Asn1Tag.Sequence, certificates.ReadEncodedValue());
                if (isCertificate)
                {
                    _certificates.Add(encoded.ToArray());
                }
            }
        }

        if (signed.HasData && signed.PeekTag().HasSameClassAndValue(s_second))
        {
            signed.ReadEncodedValue();
        }

        var signers = signed.ReadSetOf();
        ReadSigner(signers.ReadSequence());
        Require(!signers.HasData);
        ReadInfo(new AsnReader(_info, AsnEncodingRules.BER).ReadSequence());
    }

    private void ReadInfo(AsnReader info)
    {
        info.ReadInteger();
        info.ReadObjectIdentifier();
        var imprint = info.ReadSequence();
        _imprintHash = Hash(imprint.ReadSequence().ReadObjectIdentifier());
        Imprint = imprint.ReadOctetString();
        info.ReadInteger();
        Time = info.ReadGeneralizedTime();
    }

    private void ReadSigner(AsnReader signer)
    {
        signer.ReadInteger();
        _signer = signer.ReadEncodedValue();
        _signerHash = Hash(signer.ReadSequence().ReadObjectIdentifier());
        Require(signer.PeekTag().HasSameClassAndValue(s_first));
        // What is signed is the set itself, whose tag the signer's part replaces.
        _attributes = signer.ReadEncodedValue().ToArray();
        _attributes[0] = 0x31;
        var algorithm = signer.ReadSequence();
        var name = algorithm.ReadObjectIdentifier();
        _isPss = name == Pss;
        _signatureHash = _isPss ? PssHash(algorithm) : s_hashes.GetValueOrDefault(name, _signerHash);
        _signature = signer.ReadOctetString();
    }

    private static HashAlgorithmName PssHash(AsnReader algorithm) =>
        Hash(algorithm.ReadSequence().ReadSequence(s_first).ReadSequence().ReadObjectIdentifier());

    private bool IsSigner(X509Certificate2 certificate)
    {
        try
        {
            var reader = new AsnReader(_signer, AsnEncodingRules.BER);
            if (reader.PeekTag().HasSameClassAndValue(s_first))
            {
                var name = reader.ReadOctetString(s_first);
                return certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().Any(each =>
                    each.SubjectKeyIdentifierBytes.Span.SequenceEqual(name));
            }

            var issued = reader.ReadSequence();
            return issued.ReadEncodedValue().Span.SequenceEqual(certificate.IssuerName.RawData)
                && issued.ReadIntegerBytes().Span.SequenceEqual(certificate.SerialNumberBytes.Span);
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private bool IsSignedBy(X509Certificate2 signer)
    {
        try
        {
            using var ecdsa = signer.GetECDsaPublicKey();
            using var rsa = signer.GetRSAPublicKey();
            return HasRightAttributes(signer) && (ecdsa is not null
                ? ecdsa.VerifyData(_attributes, _signature, _signatureHash, DSASignatureFormat.Rfc3279DerSequence)
                : rsa is { KeySize: >= 2048 } && rsa.VerifyData(
                    _attributes, _signature, _signatureHash, _isPss ? RSASignaturePadding.Pss : RSASignaturePadding.Pkcs1));
        }
        catch (Exception failure) when (failure is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    private bool HasRightAttributes(X509Certificate2 signer)
    {
        var (hasType, hasDigest, namesSigner) = (false, false, false);
        var attributes = new AsnReader(_attributes, AsnEncodingRules.BER).ReadSetOf(skipSortOrderValidation: true);
        while (attributes.HasData)
        {
            var attribute = attributes.ReadSequence();
            var name = attribute.ReadObjectIdentifier();
            var values = attribute.ReadSetOf();
            switch (name)
            {
                case ContentType:
                    hasType = values.ReadObjectIdentifier() == TimestampInfo;
                    break;
                case MessageDigest:
                    hasDigest = values.ReadOctetString().AsSpan().SequenceEqual(CryptographicOperations.HashData(_signerHash, _info));
                    break;
                case SigningCertificate:
                case SigningCertificate2:
                    namesSigner = Names(values.ReadSequence().ReadSequence().ReadSequence(), name == SigningCertificate2, signer);
                    break;
            }
        }

        return hasType && hasDigest && namesSigner;
    }

    // The first certificate that is named is the signer's.
    private static bool Names(AsnReader named, bool hasAlgorithm, X509Certificate2 signer)
    {
        var hash = hasAlgorithm ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;
        if (hasAlgorithm && named.PeekTag() == Asn1Tag.Sequence)
        {
            hash = Hash(named.ReadSequence().ReadObjectIdentifier());
        }

        return named.ReadOctetString().AsSpan().SequenceEqual(signer.GetCertHash(hash));
    }

    private static HashAlgorithmName Hash(string name) =>
        s_hashes.TryGetValue(name, out var hash) ? hash : throw new AsnContentException();

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new AsnContentException();
        }
    }
}
