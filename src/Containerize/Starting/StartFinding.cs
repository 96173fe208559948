namespace Containerize.Starting;

/// <summary>A reason why an image does not start, or does not work once it has started.</summary>
/// <param name="Code">Which kind of reason it is.</param>
/// <param name="IsCertain">Whether the image does not start for sure; else it depends on what the app does.</param>
/// <param name="Text">What is wrong, with which file, and what to do.</param>
internal sealed record StartFinding(DiagnosticCode Code, bool IsCertain, string Text)
{
    /// <summary>The libraries that are missing, while the text does not say yet which packages have them.</summary>
    internal IReadOnlyList<string> Lacks { get; init; } = [];

    /// <summary>What certainly keeps the image from starting.</summary>
    internal static StartFinding Certain(DiagnosticCode code, Message text) => new(code, IsCertain: true, text.ToString());

    /// <summary>What fails for most apps, or later.</summary>
    internal static StartFinding Likely(DiagnosticCode code, Message text) => new(code, IsCertain: false, text.ToString());
}
