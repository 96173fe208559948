using System.Globalization;

namespace Containerize.Layers.Entries;

/// <summary>Who owns an entry, by number: names mean something only to the image they are looked up in.</summary>
/// <param name="UserId">The user.</param>
/// <param name="GroupId">The group.</param>
internal readonly record struct Owner(int UserId, int GroupId)
{
    /// <summary>Root and its group.</summary>
    public static Owner Root { get; }

    /// <summary>Parses <c>user:group</c>, or <c>user</c> alone, whose group then has the same number.</summary>
    public static bool TryParse(string text, out Owner owner)
    {
        var parts = text.Trim().Split(':');
        owner = default;
        if (parts.Length > 2 || !TryParseId(parts[0], out var user) || !TryParseId(parts[^1], out var group))
        {
            return false;
        }

        owner = new(user, group);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{UserId}:{GroupId}");

    private static bool TryParseId(string text, out int id) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
}
