using System.Text.RegularExpressions;
using Containerize.Oci;

namespace Containerize.Destinations;

/// <summary>Makes an image's name of a project's properties, by the .NET SDK's rules.</summary>
internal static partial class ImageNameRules
{
    /// <summary>Checks repository and tags. A repository is lower-cased, and other characters become <c>-</c>, as in the SDK.</summary>
    /// <param name="registry">The registry the name begins with, if the image goes to one.</param>
    /// <param name="repository"><c>ContainerRepository</c>.</param>
    /// <param name="isDefault">Whether it is the assembly's name, so that changes to it need no message.</param>
    /// <param name="tag"><c>ContainerImageTag</c>.</param>
    /// <param name="tags"><c>ContainerImageTags</c>, separated by semicolons.</param>
    /// <param name="reporter">Is told of a changed repository.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.InvalidRepository"/> or <see cref="DiagnosticCode.InvalidTag"/>.
    /// </exception>
    public static ImageName Create(string? registry, string repository, bool isDefault, string? tag, string? tags, IReporter reporter)
    {
        var name = Repository(repository.Trim());
        if (name != repository && !isDefault)
        {
            reporter.Warning(
                DiagnosticCode.ChangedRepository,
                $"ContainerRepository '{repository}' is not a valid repository name; the image is called '{name}'. "
                + $"Set ContainerRepository to that name to silence this warning.");
        }

        return new ImageName(string.IsNullOrWhiteSpace(registry) ? null : registry.Trim(), name, Tags(tag, tags));
    }

    private static string Repository(string repository)
    {
        var normalized = InvalidInRepository().Replace(repository.ToLowerInvariant(), "-");
        return ImageReference.IsRepository(normalized)
            ? normalized
            : throw new ContainerizeException(
                DiagnosticCode.InvalidRepository,
                $"ContainerRepository '{repository}' is not a repository name. It has lower-case letters and digits, "
                + $"parts separated by '/', and inside a part single '.', '_', '__' or '-'; for example team/my-app.");
    }

    private static IReadOnlyList<string> Tags(string? tag, string? tags)
    {
        string[] several = tags?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
        var one = tag?.Trim() ?? "";
        if (several.Length > 0 && one.Length > 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidTag,
                $"Both ContainerImageTag ('{one}') and ContainerImageTags ('{string.Join(';', several)}') are set. Set one of them.");
        }

        IReadOnlyList<string> all = several.Length > 0 ? [.. several.Distinct(StringComparer.Ordinal)] : [one.Length > 0 ? one : "latest"];
        return all.FirstOrDefault(candidate => !ImageReference.IsTag(candidate)) is { } wrong
            ? throw new ContainerizeException(
                DiagnosticCode.InvalidTag,
                $"'{wrong}' is not a tag. A tag has letters, digits, '_', '.' and '-', does not begin with '.' or '-', "
                + $"and has at most 128 characters.")
            : all;
    }

    [GeneratedRegex(@"[^a-z0-9/._-]", RegexOptions.CultureInvariant)]
    private static partial Regex InvalidInRepository();
}
