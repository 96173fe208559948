namespace Containerize.Inputs;

/// <summary>What a secret looks like, and what becomes of a file that holds one.</summary>
/// <param name="Policy">What becomes of it.</param>
/// <param name="Patterns">Which names tell it.</param>
internal sealed record SecretRules(SecretPolicy Policy, IReadOnlyList<SecretPattern> Patterns);

/// <summary>What becomes of files that hold secrets.</summary>
internal enum SecretPolicy
{
    /// <summary>They are left out of the image, with a warning.</summary>
    LeaveOut,

    /// <summary>They fail the build.</summary>
    Error,

    /// <summary>They are in the image; nothing is looked for.</summary>
    Include,
}
