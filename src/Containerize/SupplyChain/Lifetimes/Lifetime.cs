namespace Containerize.SupplyChain.Lifetimes;

/// <summary>How long a release gets updates that are free for all.</summary>
/// <param name="Product">What people call the product.</param>
/// <param name="Version">The release, as its os-release or its variable writes it.</param>
/// <param name="Last">The last day.</param>
internal sealed record Lifetime(string Product, string Version, DateOnly Last)
{
    private const string Alpine = "Alpine";
    private const string Debian = "Debian";
    private const string Dotnet = ".NET";
    private const string Ubuntu = "Ubuntu";

    /// <summary>
    /// The releases that bases for .NET are made of, as their makers said in November 2026: dotnet/core, <i>releases.md</i>;
    /// Debian's package distro-info-data (for Debian, the end of LTS); alpinelinux.org, <i>Releases</i>. A release that is not
    /// listed is not judged.
    /// </summary>
    private static readonly Lifetime[] s_all =
    [
        new(Dotnet, "3.1", new(2022, 12, 13)), new(Dotnet, "5.0", new(2022, 5, 10)), new(Dotnet, "6.0", new(2024, 11, 12)),
        new(Dotnet, "7.0", new(2024, 5, 14)), new(Dotnet, "8.0", new(2026, 11, 10)), new(Dotnet, "9.0", new(2026, 11, 10)),
        new(Dotnet, "10.0", new(2028, 11, 14)),
        new(Debian, "10", new(2024, 6, 30)), new(Debian, "11", new(2026, 8, 31)), new(Debian, "12", new(2028, 6, 30)),
        new(Debian, "13", new(2030, 6, 30)),
        new(Ubuntu, "20.04", new(2025, 5, 29)), new(Ubuntu, "22.04", new(2027, 6, 1)), new(Ubuntu, "24.04", new(2029, 5, 31)),
        new(Ubuntu, "24.10", new(2025, 7, 10)), new(Ubuntu, "25.04", new(2026, 1, 15)), new(Ubuntu, "25.10", new(2026, 7, 9)),
        new(Ubuntu, "26.04", new(2031, 5, 29)),
        new(Alpine, "3.20", new(2026, 4, 1)), new(Alpine, "3.21", new(2026, 11, 1)), new(Alpine, "3.22", new(2027, 5, 1)),
        new(Alpine, "3.23", new(2027, 11, 1)),
    ];

    /// <summary>Whether it is .NET itself.</summary>
    internal bool IsDotnet => Product == Dotnet;

    /// <summary>The lifetime of a version of .NET, such as <c>8.0.11</c>; null when it is not known.</summary>
    internal static Lifetime? OfDotnet(string version) => Find(Dotnet, FirstTwo(version));

    /// <summary>The lifetime of a distribution; null when it is not known.</summary>
    /// <param name="id">Its name in os-release.</param>
    /// <param name="version">Its <c>VERSION_ID</c>.</param>
    internal static Lifetime? OfDistribution(string id, string version) => id switch
    {
        "debian" => Find(Debian, version),
        "ubuntu" => Find(Ubuntu, version),
        "alpine" => Find(Alpine, FirstTwo(version)),
        _ => null,
    };

    private static Lifetime? Find(string product, string version) =>
        Array.Find(s_all, lifetime => lifetime.Product == product && lifetime.Version == version);

    private static string FirstTwo(string version) => string.Join('.', version.Split('.', '-').Take(2));
}
