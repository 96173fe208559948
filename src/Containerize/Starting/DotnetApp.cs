using Containerize.Programs;

namespace Containerize.Starting;

/// <summary>The app of .NET that an image starts.</summary>
/// <param name="Program">The ELF program that is started: <c>dotnet</c>, the app's own host, or native code.</param>
/// <param name="Assembly">The assembly that runs; null for native code, and for a single file.</param>
/// <param name="Config">What it needs of .NET; null when it does not say.</param>
/// <param name="UsesHost">Whether <c>dotnet</c> starts it.</param>
internal sealed record DotnetApp(string Program, string? Assembly, RuntimeConfig? Config, bool UsesHost)
{
    private const string HostResolver = "libhostfxr.so";

    /// <summary>Whether the runtime lies beside the app.</summary>
    internal bool IsSelfContained => Config is { Included: [_, ..] };

    /// <summary>The directory of the app.</summary>
    internal string Directory => Path.GetDirectoryName(Assembly ?? Program)?.Replace('\\', '/') ?? "/";

    /// <summary>Finds the app by what is started.</summary>
    /// <param name="files">The image.</param>
    /// <param name="program">The program that is started, a path.</param>
    /// <param name="line">The command line.</param>
    /// <returns>The app; null when it is not one of .NET that this build puts into the image.</returns>
    internal static DotnetApp? Find(StartedImage files, string program, IReadOnlyList<string> line)
    {
        if (Path.GetFileName(files.Resolve(program)) == DotnetCheck.Host)
        {
            return line is [_, var second, ..] && second.EndsWith(".dll", StringComparison.OrdinalIgnoreCase)
                && files.Absolute(second) is var path
                ? new DotnetApp(program, path, Read(files, path[..^".dll".Length]), UsesHost: true)
                : null;
        }

        var real = "/" + files.Resolve(program);
        return files.Added.ContainsKey(real[1..])
            ? files.FindFile($"{real}.dll") is not null ? new DotnetApp(real, $"{real}.dll", Read(files, real), UsesHost: false)
            : files.ReadBundledConfig(real) is { } config ? new DotnetApp(real, null, RuntimeConfig.Parse(config), UsesHost: false)
            : files.ProgramAt(real) is ElfFile { HasDotnet: true } ? new DotnetApp(real, null, null, UsesHost: false)
            : null
            : null;
    }

    /// <summary>The directory of a self-contained app's own runtime; null when it lies elsewhere.</summary>
    internal string? OwnRuntime(StartedImage files) =>
        IsSelfContained && files.FindFile($"{Directory}/{HostResolver}") is not null ? Directory : null;

    private static RuntimeConfig? Read(StartedImage files, string stem) =>
        files.ReadText(stem + RuntimeConfig.Ending) is { } text ? RuntimeConfig.Parse(text) : null;
}
