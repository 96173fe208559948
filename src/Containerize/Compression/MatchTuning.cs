namespace Containerize.Compression;

/// <summary>
/// What a level of compression looks for. Types rather than values: the just-in-time compiler makes a search of its own for each,
/// without the parts that it does not need.
/// </summary>
internal interface IMatchTuning
{
    /// <summary>How many earlier places with the same hash are compared: 1, 2 or 4.</summary>
    static abstract int Ways { get; }

    /// <summary>How many bits the hash of four bytes has.</summary>
    static abstract int HashBits { get; }

    /// <summary>Whether matches of three bytes are looked for.</summary>
    static abstract bool ShortMatches { get; }

    /// <summary>A match shorter than this is put off if the next byte begins a better one; 0 for never.</summary>
    static abstract int PatientBelow { get; }
}

/// <summary>Compares with the latest place only, and waits for a better match only if the first is short.</summary>
internal readonly struct FastTuning : IMatchTuning
{
    public static int Ways => 1;

    public static int HashBits => 15;

    public static bool ShortMatches => false;

    public static int PatientBelow => 16;
}

/// <summary>The best size for which the cores still keep up with reading, hashing and writing.</summary>
internal readonly struct DefaultTuning : IMatchTuning
{
    public static int Ways => 2;

    public static int HashBits => 14;

    public static bool ShortMatches => false;

    public static int PatientBelow => 32;
}

/// <summary>Looks further, and for shorter matches, for about twice the time.</summary>
internal readonly struct SmallTuning : IMatchTuning
{
    public static int Ways => 4;

    public static int HashBits => 15;

    public static bool ShortMatches => true;

    public static int PatientBelow => 128;
}
