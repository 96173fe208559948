using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Manifests;

/// <summary>Builds images of projects by <c>dotnet publish -t:Containerize</c>, and reads what they are called.</summary>
/// <param name="dotnet">The full path of the program <c>dotnet</c>; null when there is none.</param>
/// <param name="directory">Where paths of projects start, a full path.</param>
/// <param name="registry">The registry to push to; null for the one that the project names.</param>
/// <param name="properties">Further properties, as <c>Name=Value</c>.</param>
/// <param name="reporter">Is told what is built, and what the build says.</param>
internal sealed class ProjectImages(
    string? dotnet, string directory, string? registry, IReadOnlyList<string> properties, IReporter reporter)
{
    /// <summary>Builds an image and pushes it.</summary>
    /// <param name="project">A project, or a directory with one.</param>
    /// <returns>Its name with a tag and its digest.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ProjectNotBuilt"/>.</exception>
    internal async Task<ImageReference> BuildAsync(string project, CancellationToken cancellationToken)
    {
        var path = Path.GetFullPath(project.Replace('\\', '/'), directory);
        if (!Path.Exists(path))
        {
            throw Failed($"There is no project at '{path}'. Paths of projects start at the directory in which the command runs.");
        }

        if (dotnet is null)
        {
            throw Failed($"The program dotnet, which builds '{project}', is not in PATH.");
        }

        var temporary = Directory.CreateTempSubdirectory("containerize-");
        try
        {
            var facts = Path.Combine(temporary.FullName, "image.json");
            reporter.Message($"building the image of {project}");
            var reply = await ProgramRun.RunAsync(dotnet, Arguments(path, facts), input: null, output: null, cancellationToken);
            foreach (var line in reply.Lines)
            {
                reporter.Detail(line);
            }

            return reply.ExitCode == 0 ? Read(project, facts) : throw Failed($"'{project}' could not be built: {reply.FirstError}");
        }
        catch (ProgramException failure)
        {
            throw Failed($"'{project}' could not be built: the program {dotnet} {failure.Message}", failure);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private string[] Arguments(string path, string facts) =>
    [
        "publish", path, "-t:Containerize", "-v:q", "-nologo",
        $"-p:ContainerizeImageInfoFile={facts}",
        .. registry is null ? [] : new[] { $"-p:ContainerRegistry={registry}" },
        .. properties.Select(property => $"-p:{property}"),
    ];

    private static ImageReference Read(string project, string facts)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(RegularFile.ReadAllBytes(facts));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is JsonException)
        {
            throw Failed($"The build of '{project}' made no image. Does the project use Containerize.Sdk?", failure);
        }

        var pushed = (root?["destinations"] as JsonArray ?? []).OfType<JsonObject>()
            .Where(destination => destination["kind"]?.GetValue<string>() == RegistryDestination.Kind)
            .SelectMany(destination => destination["locations"] as JsonArray ?? []).Select(location => location?.GetValue<string>())
            .FirstOrDefault();
        return pushed is not null && Digest.TryParse(root?["digest"]?.GetValue<string>() ?? "", out var digest)
            ? ImageReference.Parse(pushed) with { Digest = digest }
            : throw Failed(
                $"The image of '{project}' went to no registry, from which a cluster could pull it. Add --registry HOST, or set " +
                $"ContainerRegistry in the project.");
    }

    private static ContainerizeException Failed(Message message, Exception? cause = null) =>
        new(DiagnosticCode.ProjectNotBuilt, message, cause);
}
