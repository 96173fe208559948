namespace Containerize.Tests.Architecture;

/// <summary>A use of a type is found wherever it stands.</summary>
[TestClass]
internal sealed class CompiledReferencesTests
{
    [TestMethod]
    public void Every_kind_of_use_is_found_and_nothing_else_is()
    {
        var user = typeof(EveryUse<>);
        var expected = user.Assembly.GetTypes().Where(type => !type.IsNested && type.Name.Contains("UsedAs", StringComparison.Ordinal));

        var found = CompiledReferences.Read(user.Assembly.Location)[user.FullName!];

        CollectionAssert.AreEquivalent(expected.Select(type => type.FullName!).ToList(), found.ToList());
    }
}
