using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Containerize.Settings.Names;
using Containerize.Testing;

namespace Containerize.Tests.Sdk;

/// <summary>The one list of what users may set: editors read it, the page is written from it, and the targets read what it names.</summary>
[TestClass]
internal sealed partial class SchemaTests
{
    /// <summary>Set to 1, the variable has the page written instead of compared.</summary>
    private const string WriteVariable = "CONTAINERIZE_WRITE_PAGES";

    // What MSBuild's editor knows without a definition, as far as it is used.
    private static readonly string[] s_types = ["bool", "file", "file-or-folder", "folder", "int", "runtime-id", "string", "url"];
    private static readonly string[] s_valueFields = ["description", "type", "isList", "defaultValue", "deprecationMessage"];
    private static readonly string[] s_metadataFields = [.. s_valueFields, "isRequired"];
    private static readonly string[] s_itemFields = ["description", "type", "metadata"];

    // Read by the targets for the .NET SDK's sake, with names of their own.
    private static readonly string[] s_otherNames = ["LocalRegistry", "SOURCE_DATE_EPOCH"];

    private static readonly string s_page = Path.Combine(Clone.Root, "sdk", "docs", "Properties.md");

    private static JsonElement Schema { get; } = JsonDocument.Parse(
        File.ReadAllText(Path.Combine(Clone.Root, "sdk", "build", "Containerize.Sdk.targets.buildschema.json"))).RootElement;

    [TestMethod]
    public void The_tables_of_the_page_are_those_of_the_schema()
    {
        var page = File.ReadAllText(s_page);
        var written = new SchemaPage(Schema).Write(page);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            File.WriteAllText(s_page, written);
            return;
        }

        Assert.AreEqual(written, page, $"Run this test with {WriteVariable}=1 to write the page.");
    }

    [TestMethod]
    public void The_page_shows_everything_of_the_schema()
    {
        var page = MarkdownPage.Load(s_page);
        var rows = page.Tables
            .SelectMany(table => table.Rows.Skip(2).Select(row => (Kind: table.Rows[0][0], Name: row[0].Trim('`')))).ToList();

        CollectionAssert.AreEquivalent(Names("items"), Of("Item"));
        CollectionAssert.AreEquivalent(Names("targets"), Of("Target"));
        Assert.AreEqual("Containerize", Of("Target")[0]);
        // Properties that only turn a label off, or fill it, are in the table of labels; one that selects the base is in the text.
        var inText = Code().Matches(page.Text).SelectMany(code => Word().Matches(code.Value)).Select(word => word.Value).ToHashSet();
        Assert.IsEmpty(Names("properties").Except(inText).ToList());
        Assert.HasCount(Of("Property").Count, Of("Property").Distinct().ToList());

        List<string> Of(string kind) => [.. rows.Where(row => row.Kind == kind).Select(row => row.Name)];
    }

    [TestMethod]
    public void The_targets_read_every_property_of_the_schema_and_no_other()
    {
        var read = Property().Matches(SdkTargets.Text).Select(match => match.Groups[1].Value).Union(s_otherNames).ToList();

        Assert.IsEmpty(s_otherNames.Where(name => !SdkTargets.Text.Contains($"$({name})", StringComparison.Ordinal)).ToList());
        CollectionAssert.AreEquivalent(Names("properties"), read.Distinct().ToList());
    }

    [TestMethod]
    public void Every_property_that_is_true_or_false_loses_the_blanks_around_it_and_is_judged()
    {
        var switches = Schema.GetProperty("properties").EnumerateObject()
            .Where(property => property.Value.TryGetProperty("type", out var type) && type.ToString() == "bool")
            .Select(property => property.Name).ToList();
        var targets = XDocument.Load(Path.Combine(Clone.Root, "sdk", "build", "Containerize.Switches.targets"));
        var trimmed = targets.Descendants("PropertyGroup").Elements().Select(property => $"{property.Name}={property.Value}").ToList();
        var (early, late) = (Judged(targets.Root!), Judged(targets.Descendants("Target").Single()));

        CollectionAssert.AreEquivalent(switches.Select(name => $"{name}=$({name}.Trim())").ToList(), trimmed);
        CollectionAssert.AreEquivalent(switches.Select(name => $"{name}=$({name})").ToList(), early);
        CollectionAssert.AreEqual(early, late);

        static List<string> Judged(XElement parent) => [.. parent.Elements("ItemGroup").Elements()
            .Where(item => item.Attribute("Include") is not null)
            .Select(item => $"{item.Attribute("Include")?.Value}={item.Attribute("Value")?.Value}")];
    }

    [TestMethod]
    public void The_targets_read_every_item_of_the_schema_and_no_other() => CollectionAssert.AreEquivalent(
        Names("items"), ItemName().Matches(SdkTargets.Text).Select(match => match.Groups[1].Value).Distinct().ToList());

    [TestMethod]
    public void The_targets_that_users_may_call_are_those_of_the_schema() =>
        CollectionAssert.AreEquivalent(Names("targets"), SdkTargets.Targets.ToList());

    [TestMethod]
    public void The_library_reads_every_metadata_of_the_schema()
    {
        var settings = string.Join('\n', Directory.GetFiles(Path.Combine(Clone.Root, "src", "Containerize", "Settings"), "*.cs")
            .Select(File.ReadAllText));
        var unread = from item in Schema.GetProperty("items").EnumerateObject()
                     from metadata in Metadata(item.Value)
                     where !settings.Contains($"\"{metadata.Name}\"", StringComparison.Ordinal)
                     select $"{item.Name}.{metadata.Name}";

        Assert.IsEmpty(unread.ToList());
    }

    [TestMethod]
    public void Editors_can_read_it()
    {
        string[] groups = ["license", "properties", "items", "targets", "types"];
        var properties = Schema.GetProperty("properties").EnumerateObject();
        var items = Schema.GetProperty("items").EnumerateObject();
        var values = Schema.GetProperty("types").EnumerateObject()
            .SelectMany(type => type.Value.GetProperty("values").EnumerateObject()
                .Select(value => (Name: $"{type.Name}.{value.Name}", value.Value)))
            .Concat(Schema.GetProperty("targets").EnumerateObject().Select(target => (target.Name, target.Value)));

        CollectionAssert.AreEquivalent(groups, Schema.EnumerateObject().Select(group => group.Name).ToList());
        IEnumerable<string> faults =
        [
            .. properties.SelectMany(property => Faults(property.Name, property.Value, s_valueFields)),
            .. items.SelectMany(item => Faults(item.Name, item.Value, s_itemFields)),
            .. items.SelectMany(item => Metadata(item.Value)
                .SelectMany(metadata => Faults($"{item.Name}.{metadata.Name}", metadata.Value, s_metadataFields))),
            .. values.Where(value => string.IsNullOrWhiteSpace(value.Value.GetString())).Select(value => value.Name),
        ];
        Assert.IsEmpty(faults.ToList());
    }

    [TestMethod]
    public void Every_type_is_used()
    {
        var text = Schema.GetRawText();

        Assert.IsEmpty(Names("types").Where(name => !text.Contains($"\"#/types/{name}\"", StringComparison.Ordinal)).ToList());
    }

    [TestMethod]
    public void The_library_has_the_names_of_the_schema()
    {
        var schema = BuildSchema.Load();

        CollectionAssert.AreEquivalent(Names("properties"), schema.Properties.ToList());
        CollectionAssert.AreEquivalent(Names("items"), schema.Items.Keys.ToList());
        CollectionAssert.AreEquivalent(
            Metadata(Schema.GetProperty("items").GetProperty("ContainerizeFile")).Select(one => one.Name).ToList(),
            schema.Items["ContainerizeFile"].ToList());
    }

    private static IEnumerable<string> Faults(string name, JsonElement value, string[] fields)
    {
        if (!value.TryGetProperty("description", out var description) || string.IsNullOrWhiteSpace(description.GetString()))
        {
            yield return $"{name} has no description";
        }

        var type = value.TryGetProperty("type", out var written) ? written : default;
        var isKnown = type.ValueKind switch
        {
            JsonValueKind.String => s_types.Contains(type.GetString()),
            JsonValueKind.Object => type.GetProperty("$ref").GetString() is { } reference
                && Names("types").Contains(reference["#/types/".Length..]),
            _ => false,
        };
        if (!isKnown)
        {
            yield return $"{name} has no known type";
        }

        foreach (var field in value.EnumerateObject().Select(one => one.Name).Except(fields))
        {
            yield return $"{name} has the unknown field {field}";
        }
    }

    private static IEnumerable<JsonProperty> Metadata(JsonElement item) =>
        item.TryGetProperty("metadata", out var metadata) ? metadata.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    private static List<string> Names(string group) => [.. Schema.GetProperty(group).EnumerateObject().Select(one => one.Name)];

    // $(Name), $(Name.Trim()): what begins with an underscore is the targets' own.
    [GeneratedRegex(@"\$\((Container[A-Za-z]*)")]
    private static partial Regex Property();

    // @(Name), @(Name->…).
    [GeneratedRegex(@"@\((Container[A-Za-z]*)")]
    private static partial Regex ItemName();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex("[A-Za-z_]+")]
    private static partial Regex Word();
}
