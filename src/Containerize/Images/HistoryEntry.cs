namespace Containerize.Images;

/// <summary>What <c>docker history</c> shows of one layer.</summary>
/// <param name="CreatedBy">What made the layer.</param>
/// <param name="Comment">What is in it.</param>
/// <remarks>OCI image specification, <i>config.md</i>, "history".</remarks>
public sealed record HistoryEntry(string CreatedBy, string Comment);
