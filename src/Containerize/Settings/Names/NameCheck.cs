namespace Containerize.Settings.Names;

/// <summary>
/// Tells names that nothing reads and that are nearly one of ours. A name that the project itself reads is its own; a name that is near
/// nothing may be one, too.
/// </summary>
/// <param name="files">What the project declares.</param>
internal sealed class NameCheck(IReadOnlyList<ProjectFile> files)
{
    private readonly BuildSchema _schema = BuildSchema.Load();

    /// <param name="commandLine">The properties of the command line, which stand in no file.</param>
    /// <param name="reporter">Takes the warnings.</param>
    internal void Warn(IEnumerable<string> commandLine, IReporter reporter)
    {
        foreach (var name in commandLine.Where(MayBeOurs).Order(StringComparer.Ordinal))
        {
            CheckProperty(name, at: null, reporter);
        }

        foreach (var file in files)
        {
            foreach (var property in file.Properties)
            {
                CheckProperty(property.Name, property.Position, reporter);
            }

            foreach (var item in file.Items)
            {
                CheckItem(item, reporter);
            }
        }
    }

    private void CheckProperty(string name, SourcePosition? at, IReporter reporter)
    {
        if (!MayBeOurs(name) || _schema.Properties.Contains(name) || Meant(name, _schema.Properties, _schema.Items.Keys) is not { } meant)
        {
            return;
        }

        var where = at is null ? " of the command line" : "";
        if (meant.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            Warn(
                $"{meant} is an item, so the property{where} of that name has no effect. "
                    + $"Write <{meant} Include=\"…\" /> in an ItemGroup.",
                at,
                reporter);
        }
        else
        {
            Message item = $"The item {meant}";
            Message same = $"{meant}";
            Warn(
                $"The property '{name}'{where} has no effect: neither Containerize nor the .NET SDK has one of that name. "
                    + $"{(_schema.Properties.Contains(meant) ? same : item)} is probably meant.",
                at,
                reporter);
        }
    }

    private void CheckItem(DeclaredItem item, IReporter reporter)
    {
        if (_schema.Items.TryGetValue(item.Name, out var known))
        {
            foreach (var metadata in item.Metadata)
            {
                if (!known.Contains(metadata.Name) && NearName.Find(metadata.Name, known) is { } near && !IsRead(metadata.Name))
                {
                    Warn(
                        $"{item.Name} has no metadata '{metadata.Name}', so it has no effect. "
                            + $"{near} is probably meant.",
                        metadata.Position,
                        reporter);
                }
            }

            return;
        }

        if (!MayBeOurs(item.Name) || Meant(item.Name, _schema.Items.Keys, _schema.Properties) is not { } meant)
        {
            return;
        }

        if (meant.Equals(item.Name, StringComparison.OrdinalIgnoreCase))
        {
            Warn(
                $"{meant} is a property, so the item of that name has no effect. Write <{meant}>…</{meant}> in a PropertyGroup.",
                item.Position,
                reporter);
        }
        else
        {
            Message property = $"The property {meant}";
            Message same = $"{meant}";
            Warn(
                $"The item '{item.Name}' has no effect: neither Containerize nor the .NET SDK has one of that name. "
                    + $"{(_schema.Items.ContainsKey(meant) ? same : property)} is probably meant.",
                item.Position,
                reporter);
        }
    }

    private static void Warn(Message text, SourcePosition? at, IReporter reporter) =>
        reporter.Warning(DiagnosticCode.UnknownName, text, at);

    private static bool MayBeOurs(string name) =>
        NearName.BeginsAsOurs(name) && !ForeignNames.All.Contains(name);

    /// <summary>
    /// The name that was meant: the same one of the other kind, else the nearest, rather of the same kind. Null when none is near, or when
    /// the project reads the name, so that it is its own.
    /// </summary>
    private string? Meant(string name, IEnumerable<string> sameKind, IEnumerable<string> otherKind)
    {
        var meant = otherKind.FirstOrDefault(known => known.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? NearName.Find(name, sameKind)
            ?? NearName.Find(name, otherKind);
        return meant is null || IsRead(name) ? null : meant;
    }

    private bool IsRead(string name) => files.Any(file => Reads(file.Text, name));

    // $(Name), @(Name->…), %(Name), %(Item.Name).
    private static bool Reads(string text, string name)
    {
        for (var at = text.IndexOf(name, StringComparison.OrdinalIgnoreCase); at >= 0;
            at = text.IndexOf(name, at + 1, StringComparison.OrdinalIgnoreCase))
        {
            var start = text.AsSpan(0, at).TrimEnd();
            var end = at + name.Length;
            if ((start.EndsWith("$(") || start.EndsWith("@(") || start.EndsWith("%(") || start.EndsWith("."))
                && !GoesOn(text.AsSpan(end)))
            {
                return true;
            }
        }

        return false;
    }

    // A name may have a '-', and an arrow begins with one, which XML may write as "-&gt;".
    private static bool GoesOn(ReadOnlySpan<char> rest) => rest.Length > 0
        && (char.IsAsciiLetterOrDigit(rest[0]) || rest[0] == '_' || (rest[0] == '-' && !rest.StartsWith("->") && !rest.StartsWith("-&")));
}
