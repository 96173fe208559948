namespace Containerize.Tests.Architecture;

/// <summary>Asserts with instructions.</summary>
internal static class Wrong
{
    /// <summary>Fails with all instructions on what to change, when there are any.</summary>
    internal static void None(IEnumerable<string> instructions)
    {
        var text = string.Join(Environment.NewLine, instructions.Order(StringComparer.Ordinal));

        Assert.AreEqual("", text, text);
    }
}
