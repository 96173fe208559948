using System.Text;

namespace Containerize.Reports;

/// <summary>
/// What later steps of a pipeline want to know of an image. A build of several projects sets each value for each of them; so it is there
/// under the image's own name as well.
/// </summary>
/// <param name="Prefix">The image's own name in letters, digits and underscores.</param>
/// <param name="Image">The name that always means this image.</param>
/// <param name="Digest">Its digest.</param>
/// <param name="Tags">All its names, with their tags.</param>
internal sealed record CiValues(string Prefix, string Image, string Digest, IReadOnlyList<string> Tags)
{
    internal static CiValues Of(PublishedImage published)
    {
        var name = published.Name.Repository;
        var prefix = new StringBuilder();
        foreach (var character in name[(name.LastIndexOf('/') + 1)..])
        {
            prefix.Append(char.IsAsciiLetterOrDigit(character) ? character : '_');
        }

        // A name of a variable does not begin with a digit.
        return new(
            char.IsAsciiDigit(prefix[0]) ? $"_{prefix}" : prefix.ToString(),
            Printable.CleanLine(published.Image),
            published.Digest.ToString(),
            [.. published.References.Select(reference => Printable.CleanLine(reference))]);
    }
}
