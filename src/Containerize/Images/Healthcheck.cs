namespace Containerize.Images;

/// <summary>How an engine finds out whether the app works.</summary>
/// <param name="Test"><c>NONE</c>; <c>CMD</c> and the parts of a command; or <c>CMD-SHELL</c> and a line for the shell.</param>
/// <remarks>Docker's extension of the config (<c>config.Healthcheck</c>), which the OCI image specification reserves a place for.</remarks>
internal sealed record Healthcheck(IReadOnlyList<string> Test)
{
    /// <summary>The shortest time that Docker takes.</summary>
    internal static TimeSpan Shortest { get; } = TimeSpan.FromMilliseconds(1);

    /// <summary>The time between two checks; null for the engine's own.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>The time after which a check counts as failed; null for the engine's own.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The time that the app has to start; null for the engine's own.</summary>
    public TimeSpan? StartPeriod { get; init; }

    /// <summary>The time between two checks while the app starts; null for the engine's own.</summary>
    public TimeSpan? StartInterval { get; init; }

    /// <summary>How many checks in a row must fail; null for the engine's own.</summary>
    public int? Retries { get; init; }

    /// <summary>Whether it only takes the base's check away.</summary>
    public bool IsNone => Test is ["NONE"];

    /// <summary>The check of a command.</summary>
    /// <param name="parts">One part with spaces is a line for the shell; several, or one without, are a program and its arguments;
    /// <c>NONE</c> takes the base's check away.</param>
    public static Healthcheck Of(IReadOnlyList<string> parts) => parts switch
    {
        ["NONE"] => new(["NONE"]),
        [var line] when line.Contains(' ', StringComparison.Ordinal) => new(["CMD-SHELL", line]),
        _ => new(["CMD", .. parts]),
    };
}
