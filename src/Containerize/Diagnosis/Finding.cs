namespace Containerize.Diagnosis;

/// <summary>What a check found, in words that hold no secret.</summary>
/// <param name="Check">What was looked at, in a word or two: <c>name</c>, <c>certificate</c>, <c>login</c>.</param>
/// <param name="Kind">How it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Fix">What to do; null where nothing is to be done.</param>
internal sealed record Finding(string Check, FindingKind Kind, string Text, string? Fix);

/// <summary>How something is that was looked at.</summary>
internal enum FindingKind
{
    /// <summary>It works.</summary>
    Works,

    /// <summary>It is worth knowing, and hinders nothing.</summary>
    Note,

    /// <summary>Builds fail because of it, or do not do what they were told.</summary>
    Problem,
}
