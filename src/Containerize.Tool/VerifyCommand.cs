using System.CommandLine;
using Containerize.Files;
using Containerize.Verification;

namespace Containerize.Tool;

/// <summary>The command that builds an image again, and compares it with the one that exists.</summary>
internal static class VerifyCommand
{
    internal static Command Create(SharedOptions shared)
    {
        var image = SharedOptions.Image("IMAGE");
        var project = new Option<string>("--project")
        {
            Description = "The project, or a directory with one; without it, the current directory.",
            HelpName = "PATH",
            DefaultValueFactory = _ => ".",
        };
        var properties = new Option<string[]>("--property", "-p")
        {
            Description = "A property of the build, as the image was built with it: ContainerRuntimeIdentifier=linux-arm64.",
            HelpName = "NAME=VALUE",
        };
        return shared.With(
            new Command("verify", "Builds a project again and says whether that gives an image, to the byte, or what differs and why.")
            {
                image, project, properties,
            },
            async (parsed, reporter, output, cancellationToken) =>
            {
                var rebuild = new ProjectRebuild(
                    ProgramFinder.Find("dotnet", Environment.GetEnvironmentVariable("PATH")),
                    Environment.CurrentDirectory,
                    parsed.GetValue(properties) ?? [],
                    reporter);
                var verdict = await rebuild.VerifyAsync(parsed.GetValue(project)!, parsed.GetValue(image)!, cancellationToken);
                output.Write(verdict, VerdictJson.Default.Verdict, () => VerdictLines.Of(verdict));
                return verdict.IsEqual ? ExitCode.Success : ExitCode.Finding;
            });
    }
}
