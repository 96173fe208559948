using System.CommandLine;
using Containerize.Diagnosis;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Registry.Protocol;
using Containerize.Storage;

namespace Containerize.Tool;

/// <summary>The command that says what works here and at a registry, and how to fix what does not.</summary>
internal static class DoctorCommand
{
    internal static Command Create(SharedOptions shared)
    {
        var registry = new Argument<string?>("REGISTRY")
        {
            Description = "HOST[:PORT] of a registry, or an image there whose reading is tried. Without it only this machine is looked at.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var write = new Option<string[]>("--write")
        {
            Description = "A repository there that may be written to; what is written is removed. Twice, to try mounts between two.",
            HelpName = "REPOSITORY",
        };
        return shared.With(
            new Command("doctor", "Shows what works with a registry and on this machine, and how to fix what does not.")
            {
                registry,
                write,
            },
            async (parsed, _, output, cancellationToken) =>
            {
                var (host, image) = Parse(parsed.GetValue(registry));
                var findings = await new Doctor
                {
                    Options = new RegistryOptions(),
                    Registry = host,
                    Image = image,
                    Writable = [.. (parsed.GetValue(write) ?? []).Select(name => Repository(host, name))],
                    CacheDirectory = CacheLocation.Resolve(null, Environment.CurrentDirectory, UserHome.Variable),
                }.RunAsync(cancellationToken);
                var answer = new DoctorAnswer(
                    host,
                    !findings.Any(finding => finding.Kind == FindingKind.Problem),
                    [.. findings.Select(finding => new FindingAnswer(
                        finding.Check, ImageCommands.Word(finding.Kind), finding.Text, finding.Fix))]);
                output.Write(answer, AnswerJson.Default.DoctorAnswer, () => answer.Findings.SelectMany(LinesOf));
                return answer.IsHealthy ? ExitCode.Success : ExitCode.Finding;
            });
    }

    private static (string? Registry, ImageReference? Image) Parse(string? text)
    {
        if (text is null)
        {
            return (null, null);
        }

        if (text.Contains('/', StringComparison.Ordinal))
        {
            var image = ImageReference.Parse(text);
            return (image.Repository.Registry, image);
        }

        var registry = ImageReference.NormalizeRegistry(text);
        return ImageReference.IsRegistry(registry) ? (registry, null) : throw new ContainerizeException(
            DiagnosticCode.InvalidReference, $"'{text}' is not a registry's host and port (1 to 65535).");
    }

    private static RepositoryReference Repository(string? registry, string name)
    {
        if (registry is null)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidCommandLine, $"--write needs a registry: containerize doctor REGISTRY --write {name}.");
        }

        var prefix = registry + "/";
        var path = name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name;
        return ImageReference.Parse(prefix + path).Repository;
    }

    private static IEnumerable<Message> LinesOf(FindingAnswer finding)
    {
        yield return $"{(finding.Result == "works" ? "ok" : finding.Result),-8} {finding.Check,-15} {finding.Text}";
        if (finding.Fix is not null)
        {
            yield return $"{"",-24} fix: {finding.Fix}";
        }
    }
}
