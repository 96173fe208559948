namespace Containerize.Images;

/// <summary>What a project says of how its image runs; laid over the base's config.</summary>
internal sealed record ImageSettings
{
    /// <summary>The entrypoint; empty for none.</summary>
    public IReadOnlyList<string> Entrypoint { get; init; } = [];

    /// <summary>The command or default arguments; empty for none.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Environment variables to set; the base's others stay.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The working directory; null keeps the base's.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The user; null keeps the base's.</summary>
    public string? User { get; init; }

    /// <summary>Ports to expose, besides the base's.</summary>
    public IReadOnlyList<Port> ExposedPorts { get; init; } = [];

    /// <summary>Labels to set; the base's others stay.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Directories whose content outlives the container, besides the base's: absolute paths in the image.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>The signal that ends the app; null keeps the base's.</summary>
    public string? StopSignal { get; init; }

    /// <summary>How to find out whether the app works; null keeps the base's.</summary>
    public Healthcheck? Healthcheck { get; init; }
}

/// <summary>A port that the image listens on.</summary>
/// <param name="Number">1 to 65535.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
internal sealed record Port(int Number, string Protocol)
{
    /// <summary>Parses a port.</summary>
    /// <param name="text"><c>8080</c> or <c>8080/udp</c>.</param>
    /// <param name="protocol">The protocol, when the text has none; null or empty means tcp.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    public static Port Parse(string text, string? protocol = null)
    {
        var (port, kind) = Read(text, protocol);
        return port ?? throw new ContainerizeException(
            DiagnosticCode.InvalidProperty,
            $"ContainerPort '{text}' with type '{kind}' is not a port. Write a number from 1 to 65535, and tcp, udp or sctp as its Type.");
    }

    /// <summary>Reads a port of an image, which others may have made.</summary>
    /// <returns>The port; null for what is none.</returns>
    internal static Port? TryParse(string text) => Read(text, protocol: null).Port;

    private static (Port? Port, string Protocol) Read(string text, string? protocol)
    {
        var parts = text.Trim().Split('/', 2);
        var kind = (parts.Length == 2 ? parts[1] : string.IsNullOrWhiteSpace(protocol) ? "tcp" : protocol.Trim()).ToLowerInvariant();
        return int.TryParse(
            parts[0], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            && number is > 0 and <= 65535 && kind is "tcp" or "udp" or "sctp" ? (new(number, kind), kind) : (null, kind);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Number}/{Protocol}";
}
