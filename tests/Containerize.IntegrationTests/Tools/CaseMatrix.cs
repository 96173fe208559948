using System.Security;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// Runs targets of one project with many sets of properties in one process, because starting the dotnet command takes longer than most
/// cases. The project knows its case by the property <c>Case</c> and says what came of it in messages of the form
/// <c>NAME=$(Case)|TEXT</c>.
/// </summary>
internal static class CaseMatrix
{
    /// <summary>Runs the cases, one after the other.</summary>
    /// <param name="project">The project.</param>
    /// <param name="cases">For each case its name, its targets, and its global properties as MSBuild's task takes them.</param>
    /// <returns>The whole output; a case that fails does not end the others.</returns>
    internal static Task<ProcessResult> RunAsync(
        TestProject project, IEnumerable<(string Name, string Targets, string Properties)> cases)
    {
        var calls = cases.Select(one =>
            $"""
                <MSBuild Projects="{project.Name}.csproj" Targets="{one.Targets}" ContinueOnError="true"
                         Properties="Configuration=Release;_IsPublishing=true;Case={one.Name};{SecurityElement.Escape(one.Properties)}" />
            """);
        project.Write("matrix.targets", $"""<Project><Target Name="Build">{string.Join('\n', calls)}</Target></Project>""");
        return project.RunAsync("msbuild", "matrix.targets", "-nologo", "-v:m");
    }

    /// <summary>What messages of the form <c>NAME=CASE|TEXT</c> say, by case.</summary>
    internal static ILookup<string, string> Read(ProcessResult result, string name) =>
        result.Output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith(name + "=", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 1)..].Split('|', 2)).ToLookup(parts => parts[0], parts => parts[1]);
}
