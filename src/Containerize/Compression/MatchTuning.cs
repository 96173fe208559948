namespace Containerize.Compression;

/// <summary>
/// How patient a search is. Types rather than values: the just-in-time compiler makes a search of its own for each, without the parts that
/// it does not need.
/// </summary>
internal interface IMatchTuning
{
    /// <summary>A match shorter than this is put off if the next byte begins a better one; 0 for never.</summary>
    static abstract int PatientBelow { get; }
}

/// <summary>Takes the first match it finds.</summary>
internal readonly struct FastTuning : IMatchTuning
{
    public static int PatientBelow => 0;
}

/// <summary>Waits for a better match if the first is short.</summary>
internal readonly struct DefaultTuning : IMatchTuning
{
    public static int PatientBelow => 16;
}
