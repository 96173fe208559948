using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The tool <c>containerize</c> as the solution's build left it.</summary>
internal static class BuiltTool
{
    private static readonly string s_configuration =
        new DirectoryInfo(AppContext.BaseDirectory).Parent?.Name ?? throw new InvalidOperationException("The tests are in no directory.");

    private static string Program => Path.Combine(
        Repository.Root, "src", "Containerize.Tool", "bin", s_configuration, "net10.0", "Containerize.Tool.dll");

    /// <summary>Runs it in a directory.</summary>
    internal static Task<ProcessResult> RunAsync(string directory, params string[] arguments) =>
        RunAsync(directory, environment: null, arguments);

    /// <summary>Runs it in a directory, with variables of its own.</summary>
    internal static Task<ProcessResult> RunAsync(
        string directory, IReadOnlyDictionary<string, string?>? environment, string[] arguments) =>
        ProcessRunner.RunAsync("dotnet", ["exec", Program, .. arguments], directory, Dotnet.Environment(environment));
}
