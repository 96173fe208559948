using Containerize.Settings;
using Containerize.Testing;

namespace Containerize.Tests.Settings;

/// <summary>A project in a directory of its own, which says what a test wants.</summary>
internal sealed class SettingsLab : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<Item> _items = [];

    internal RecordingReporter Reporter { get; } = new();

    internal string Directory => _directory.FullName;

    internal ProjectSettings Project => new(Directory, _items);

    public void Dispose() => _directory.Dispose();

    internal SettingsLab Add(ItemKind kind, string identity, params (string Name, string Value)[] metadata)
    {
        _items.Add(new Item(identity, [.. metadata, ("Kind", kind.ToString())]));
        return this;
    }

    /// <summary>What a project without any settings says.</summary>
    internal SettingsLab AddDefaults() =>
        Add(ItemKind.Name, "app", ("IsDefault", "true"))
            .Add(ItemKind.Image, "image", ("WorkingDirectory", "/app/"))
            .Add(ItemKind.Base, "base", ("Image", "scratch"));

    internal string Write(string path, string content) => _directory.Write(path, content);

    /// <summary>Asserts that the project is refused with a code, and with a message that holds some texts.</summary>
    internal void Refuses(DiagnosticCode code, Func<ProjectSettings, object?> read, params IEnumerable<string> texts)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => read(Project));

        Assert.AreEqual(code, failure.Code, failure.Message);
        foreach (var text in texts)
        {
            StringAssert.Contains(failure.Message, text);
        }
    }

    /// <summary>The same for what is wrong with a property or an item.</summary>
    internal void RefusesValue(Func<ProjectSettings, object?> read, params IEnumerable<string> texts) =>
        Refuses(DiagnosticCode.InvalidProperty, read, texts);
}
