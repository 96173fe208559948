using System.Text.Json;
using Containerize.Bases;
using Containerize.Files;

namespace Containerize.Verification;

/// <summary>Builds the image of a project again, by <c>dotnet publish -t:ContainerizeVerify</c>, and reads the verdict.</summary>
/// <param name="dotnet">The full path of the program <c>dotnet</c>; null when there is none.</param>
/// <param name="directory">Where relative paths start, a full path.</param>
/// <param name="properties">Further properties, as <c>Name=Value</c>.</param>
/// <param name="reporter">Is told what is built, and what the build says.</param>
internal sealed class ProjectRebuild(string? dotnet, string directory, IReadOnlyList<string> properties, IReporter reporter)
{
    /// <summary>Builds, and compares.</summary>
    /// <param name="project">A project, or a directory with one.</param>
    /// <param name="image">The image that is verified, written like a base image.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.RebuildFailed"/> or
    /// <see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal async Task<Verdict> VerifyAsync(string project, string image, CancellationToken cancellationToken)
    {
        var name = Absolute(image);
        var path = Path.GetFullPath(project, directory);
        if (!Path.Exists(path))
        {
            throw Failed($"There is no project at '{path}'. --project names one, or a directory with one.");
        }

        if (dotnet is null)
        {
            throw Failed($"The program dotnet, which builds '{project}', is not in PATH.");
        }

        var temporary = Directory.CreateTempSubdirectory("containerize-");
        try
        {
            var file = Path.Combine(temporary.FullName, "verify.json");
            reporter.Message($"building {project} again");
            var reply = await ProgramRun.RunAsync(dotnet, Arguments(path, name, file), input: null, output: null, cancellationToken);
            foreach (var line in reply.Lines)
            {
                reporter.Detail(line);
            }

            // A build that finds differences fails, with a verdict.
            return RegularFile.IsThere(file) ? Verdict.Read(RegularFile.ReadAllBytes(file))
                : throw Failed($"'{project}' could not be built and compared with {image}: {reply.FirstError}");
        }
        catch (Exception failure) when (failure is ProgramException or JsonException)
        {
            throw Failed($"'{project}' could not be built and compared with {image}: {failure.Message}", failure);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private string[] Arguments(string path, string image, string file) =>
    [
        "publish", path, "-t:ContainerizeVerify", "-v:q", "-nologo",
        // The publish itself delivers nothing either.
        "-p:ContainerizeOnPublish=false",
        $"-p:ContainerizeVerifyImage={Escape(image)}",
        $"-p:ContainerizeVerifyFile={Escape(file)}",
        .. properties.Select(property => $"-p:{property}"),
    ];

    // Relative paths start where the command runs; the build starts them at the project.
    private string Absolute(string image) => BaseImageReference.Parse(image, directory) switch
    {
        LayoutReference layout => Join("oci:", layout.Directory, layout.Tag),
        OciArchiveReference archive => Join("oci-archive:", archive.File, archive.Tag),
        DockerArchiveReference archive => Join("docker-archive:", archive.File, archive.Tag),
        _ => image,
    };

    private static string Join(string prefix, string path, string? tag) => $"{prefix}{path}{(tag is null ? "" : ":")}{tag}";

    // MSBuild parts properties of the command line at these.
    private static string Escape(string value) => value.Replace("%", "%25", StringComparison.Ordinal)
        .Replace(";", "%3B", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    private static ContainerizeException Failed(Message message, Exception? cause = null) =>
        new(DiagnosticCode.RebuildFailed, message, cause);
}
