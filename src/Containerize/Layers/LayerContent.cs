using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>
/// What goes into a layer, without the bytes: enough to tell whether a layer that exists is the one that would be made,
/// and how two of them differ. Nothing in it depends on the machine: no absolute path, no time of a file.
/// </summary>
internal sealed class LayerContent
{
    /// <summary>
    /// The version of everything that decides a layer's bytes and does not stand in its content: order, header form, cuts, compression.
    /// A change of those needs another number here, so that no cache gives out layers of the old form.
    /// </summary>
    public const int FormatVersion = 2;

    // The same parts give another layer there, and a foreign one is checked in another way.
    private const string OfWindows = " of windows";

    private LayerContent(Digest hash, IReadOnlyList<ContentItem> items)
    {
        Hash = hash;
        Items = items;
    }

    /// <summary>The <i>inputs hash</i>: two layers with the same one have the same bytes.</summary>
    public Digest Hash { get; }

    /// <summary>Whether the parts say which packages they come from. What was learnt from the layer itself does not.</summary>
    internal bool TellsPackages { get; private init; } = true;

    /// <summary>The parts, in the order in which they are written.</summary>
    public IReadOnlyList<ContentItem> Items { get; }

    /// <summary>The packages that the parts come from, each as <c>id version</c>, in ordinal order.</summary>
    public IReadOnlyList<string> Packages =>
        [.. Items.Select(item => item.Package).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>How many regular files there are.</summary>
    public int FileCount => Items.Count(item => item.IsFile);

    /// <summary>Describes a layer.</summary>
    /// <param name="kind">What makes the layer: another kind gives other bytes from the same parts.</param>
    /// <param name="items">The parts, in the order in which they are written.</param>
    /// <param name="options">How the layer is written.</param>
    public static LayerContent Of(string kind, IReadOnlyList<ContentItem> items, LayerOptions options)
    {
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{kind}{(options.IsWindows ? OfWindows : "")} " +
            $"{FormatVersion}\n{options.BytesKey}\n{options.ModificationTime.ToUnixTimeSeconds()}\n");
        foreach (var item in items)
        {
            // The package is left out: it says where the same bytes come from.
            text.Append(item.Fingerprint).Append('\t').Append(EscapedText.Write(item.Path)).Append('\n');
        }

        return new LayerContent(Digest.Of(Encoding.UTF8.GetBytes(text.ToString())), items);
    }

    /// <summary>A content that was learnt from the layer itself.</summary>
    /// <param name="hash">The inputs hash that the layer is known by.</param>
    /// <param name="items">The parts, without packages.</param>
    internal static LayerContent Learnt(Digest hash, IReadOnlyList<ContentItem> items) => new(hash, items) { TellsPackages = false };

    /// <summary>The parts as text, a line for each.</summary>
    internal string ToText()
    {
        var text = new StringBuilder();
        foreach (var item in Items)
        {
            text.Append(item.Fingerprint).Append('\t').Append(EscapedText.Write(item.Package ?? "")).Append('\t')
                .Append(EscapedText.Write(item.Path)).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads the content back.</summary>
    /// <param name="hash">Its inputs hash.</param>
    /// <param name="text">What <see cref="ToText"/> gave.</param>
    /// <returns>The content; null when it is something else.</returns>
    internal static LayerContent? FromText(Digest hash, string text)
    {
        var items = new List<ContentItem>();
        foreach (var line in text.Split('\n').SkipLast(1))
        {
            if (line.Split('\t') is not [var fingerprint, var package, var path])
            {
                return null;
            }

            items.Add(new ContentItem(EscapedText.Read(path), fingerprint, package.Length == 0 ? null : EscapedText.Read(package)));
        }

        return new LayerContent(hash, items);
    }
}

/// <summary>A part of a layer: a file, a directory, a link, a package.</summary>
/// <param name="Path">Where it lies in the image, or what it is called.</param>
/// <param name="Fingerprint">Everything that decides its bytes in the layer, in one line without tabs.</param>
/// <param name="Package">The package that it comes from, as <c>id version</c>.</param>
internal sealed record ContentItem(string Path, string Fingerprint, string? Package)
{
    /// <summary>Whether it is a regular file.</summary>
    internal bool IsFile => Fingerprint.StartsWith("f ", StringComparison.Ordinal);

    /// <summary>The size of the file, uncompressed; null for what is none.</summary>
    internal long? Size => Fingerprint.Split(' ') is ["f", _, _, var size, ..]
        && long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) ? bytes : null;
}
