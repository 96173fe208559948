using System.Text;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>Who may sign the bases below a prefix. One valid signature of one of them is enough.</summary>
/// <param name="Prefix">The registry, or a path in it; <c>*</c> for all that no other rule names.</param>
internal sealed record TrustRule(string Prefix)
{
    /// <summary>The prefix of the rule for all that no other rule names.</summary>
    internal const string Everything = "*";

    private const string OfDockerHub = $"{ImageReference.DockerHub}/library/";

    /// <summary>The keys that may sign.</summary>
    internal IReadOnlyList<PublicKey> Keys { get; init; } = [];

    /// <summary>The identities that may sign without a key.</summary>
    internal IReadOnlyList<IdentityTrust> Identities { get; init; } = [];

    /// <summary>Who may sign in the forms of the Notary Project.</summary>
    internal IReadOnlyList<NotaryTrust> Stores { get; init; } = [];

    /// <summary>Whether bases need no signature.</summary>
    internal bool AllowsUnsigned { get; init; }

    /// <summary>The digest of all that the rule demands: what was verified by one rule is not verified by another.</summary>
    internal Digest Digest => Digest.Of(Encoding.UTF8.GetBytes(
        string.Join('\n', Keys.Select(key => $"key {key.Digest}")
            .Concat(Identities.Select(each => each.Demand)).Concat(Stores.Select(each => each.Demand)).Order(StringComparer.Ordinal))));

    /// <summary>How much of a repository's name the rule names: rules that name the same part count as one, and the
    /// longest counts.</summary>
    /// <returns>A number of characters, 0 for <see cref="Everything"/>; null when the rule is not about the repository.</returns>
    internal int? PartOf(RepositoryReference repository)
    {
        var name = repository.ToString();
        // Docker Hub's own images have a short name, which may also be that of a namespace.
        var prefix = name.StartsWith(OfDockerHub, StringComparison.Ordinal)
            && Prefix == $"{ImageReference.DockerHub}/{name[OfDockerHub.Length..]}" ? name : Prefix;
        return Prefix == Everything ? 0 : $"{name}/".StartsWith($"{prefix}/", StringComparison.Ordinal) ? prefix.Length : null;
    }

    /// <summary>The two rules as one: either's signatures count.</summary>
    internal TrustRule Or(TrustRule other) => this with
    {
        Keys = [.. Keys, .. other.Keys],
        Identities = [.. Identities, .. other.Identities],
        Stores = [.. Stores, .. other.Stores],
        AllowsUnsigned = AllowsUnsigned || other.AllowsUnsigned,
    };
}
