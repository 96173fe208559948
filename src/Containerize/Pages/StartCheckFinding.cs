namespace Containerize.Pages;

/// <summary>Something that the start check found.</summary>
/// <param name="IsError">Whether the image cannot start; otherwise it may not.</param>
/// <param name="Code">The code of the diagnostic, as <c>CTZ1018</c>.</param>
/// <param name="Text">What was found, and what to do.</param>
internal sealed record StartCheckFinding(bool IsError, string Code, string Text);
