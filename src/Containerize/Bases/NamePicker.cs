using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>Picks images of a layout or archive by the name a user gives.</summary>
internal static class NamePicker
{
    private const int MaxListed = 20;

    /// <summary>The items of that name. The same text wins, then the same image reference, then a name that ends in that tag.</summary>
    /// <typeparam name="T">What has names.</typeparam>
    /// <param name="namesOf">What an item is called.</param>
    /// <param name="wanted">A tag or a full name.</param>
    /// <param name="origin">The place, for the error message.</param>
    /// <returns>At least one item.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.BaseImageNotFound"/>, naming what there is.</exception>
    internal static IReadOnlyList<T> Pick<T>(IReadOnlyList<T> items, Func<T, IEnumerable<string>> namesOf, string wanted, string origin)
    {
        var reference = Parse(wanted);
        Func<string, bool>[] rules =
        [
            name => name == wanted,
            name => reference is not null && Parse(name) == reference,
            name => name.Contains('/', StringComparison.Ordinal) || name.Contains(':', StringComparison.Ordinal)
                ? Parse(name)?.Tag == wanted
                : false,
        ];
        return rules.Select(rule => items.Where(item => namesOf(item).Any(rule)).ToList()).FirstOrDefault(found => found.Count > 0)
            ?? throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                $"{origin} holds no image called '{wanted}'; it holds {List(items.SelectMany(item => namesOf(item).Take(1)))}.");
    }

    /// <summary>The failure of a place with several images of which none was named.</summary>
    internal static ContainerizeException Ambiguous(IEnumerable<string> names, string origin) =>
        new(
            DiagnosticCode.BaseImageNotFound,
            $"{origin} holds several images: {List(names)}. Name one of them: add a colon and its tag or name.");

    private static string List(IEnumerable<string> names)
    {
        var list = names.Select(Printable.Clean).Distinct().Order(StringComparer.Ordinal).ToList();
        return list.Count == 0
            ? "images without names"
            : string.Join(", ", list.Take(MaxListed)) + (list.Count > MaxListed ? $" and {list.Count - MaxListed} more" : "");
    }

    private static ImageReference? Parse(string name)
    {
        try
        {
            var reference = ImageReference.Parse(name);
            return reference.Tag is null && reference.Digest is null ? reference with { Tag = "latest" } : reference;
        }
        catch (ContainerizeException)
        {
            return null;
        }
    }
}
