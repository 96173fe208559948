namespace Containerize.Tests.Sdk;

/// <summary>The props and targets that users import.</summary>
internal static class SdkFiles
{
    internal static IEnumerable<string> Targets => Find("*.targets");

    internal static IEnumerable<string> All => Targets.Concat(Find("*.props"));

    private static string[] Find(string pattern) =>
        Directory.GetFiles(Path.Combine(Clone.Root, "sdk"), pattern, SearchOption.AllDirectories);
}
