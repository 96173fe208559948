namespace Containerize.SupplyChain.Statements;

/// <summary>What a provenance says, besides what is known of the image.</summary>
/// <param name="Origin">Who builds, and in which run.</param>
/// <param name="Parameters">What the project set, by the names of properties, in ordinal order; free of secrets.</param>
internal sealed record ProvenanceRequest(BuildOrigin Origin, IReadOnlyList<(string Name, string Value)> Parameters)
{
    /// <summary>The address of the source's repository, without a login; null when it is not known.</summary>
    public string? Repository { get; init; }

    /// <summary>The commit; null when it is not known.</summary>
    public string? Revision { get; init; }

    /// <summary>The version of the .NET SDK; null when it is not known.</summary>
    public string? Sdk { get; init; }

    /// <summary>All but the run, as one text: the same for builds whose provenance is the same.</summary>
    internal string Inputs => string.Join('\n', Parameters.Select(parameter => $"{parameter.Name}={parameter.Value}")
        .Concat([Origin.Builder, Repository ?? "", Revision ?? "", Sdk ?? ""]));
}
