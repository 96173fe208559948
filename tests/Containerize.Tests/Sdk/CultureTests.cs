using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Containerize.Tests.Sdk;

/// <summary>
/// A property function runs in the culture of the user's machine, where "StartsWith" may pass over characters and dates may be of another
/// calendar. So only functions that every culture knows alike are used in our props and targets.
/// </summary>
[TestClass]
internal sealed partial class CultureTests
{
    // Contains, Replace, Split and TrimEnd compare characters by their numbers, and Trim knows blanks by them. Regular expressions do,
    // unless they ignore case.
    private static readonly string[] s_members =
        ["Contains", "Replace", "Split", "Trim", "TrimEnd", "ToLowerInvariant", "AddSeconds", "ToUnixTimeSeconds"];

    private static readonly string[] s_statics =
    [
        "MSBuild.*",
        "System.Text.RegularExpressions.Regex.IsMatch",
        "System.Text.RegularExpressions.Regex.Match",
        "System.Text.RegularExpressions.Regex.Replace",
        "System.IO.File.ReadAllText",
        "System.Environment.CommandLine",
        "System.Guid.NewGuid",
        "System.Uri.new",
        "System.DateTime.UtcNow",
        "System.DateTime.UnixEpoch",
        "System.DateTimeOffset.UtcNow",
        "System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture",
    ];

    // The format s is the same everywhere. Of an enumeration the name is written.
    private static readonly string[] s_texts = ["ToString('s')", "ProcessArchitecture.ToString()"];

    [TestMethod]
    public void No_property_function_depends_on_the_culture()
    {
        var wrong = from file in SdkFiles.All
                    from text in Texts(XDocument.Load(file))
                    from function in CultureSensitive(text)
                    select $"{Path.GetFileName(file)}: {function} in {text.Trim()}";

        Assert.IsEmpty(wrong.ToList(), string.Join('\n', wrong));
    }

    [TestMethod]
    [DataRow("$(A.StartsWith('x'))")]
    [DataRow("$(A.EndsWith('x'))")]
    [DataRow("$(A.IndexOf('/'))")]
    [DataRow("$(A.LastIndexOf('-'))")]
    [DataRow("$(A.ToLower())")]
    [DataRow("$(A.ToUpper())")]
    [DataRow("$(A.CompareTo('b'))")]
    [DataRow("$([System.String]::Compare('a', 'b'))")]
    [DataRow("$([System.String]::Format('{0:N}', 1))")]
    [DataRow("$([System.DateTime]::Now)")]
    [DataRow("$([System.DateTime]::UtcNow.ToString('yyyyMMdd'))")]
    [DataRow("$([System.DateTime]::UtcNow.ToShortDateString())")]
    [DataRow("$([System.DateTime]::Parse('1.2.2026'))")]
    [DataRow("$([System.Double]::Parse('1.5'))")]
    [DataRow("$([System.Convert]::ToDouble('1.5'))")]
    [DataRow("$([System.Text.RegularExpressions.Regex]::IsMatch('$(A)', 'i', RegexOptions.IgnoreCase))")]
    [DataRow("$([System.Text.RegularExpressions.Regex]::IsMatch('$(A)', '(?i)i'))")]
    [DataRow("%(A.ModifiedTime)")]
    [DataRow("@(A->'%(CreatedTime)')")]
    public void What_depends_on_the_culture_is_found(string text) => Assert.IsNotEmpty(CultureSensitive(text).ToList());

    private static IEnumerable<string> Texts(XDocument document) => document.Descendants().SelectMany(element =>
        element.Attributes().Select(attribute => attribute.Value).Concat(element.HasElements ? [] : [element.Value]));

    private static IEnumerable<string> CultureSensitive(string text)
    {
        foreach (Match match in Static().Matches(text))
        {
            var (type, member) = (match.Groups["type"].Value, match.Groups["member"].Value);
            if (!s_statics.Contains($"{type}.{member}") && !s_statics.Contains($"{type}.*"))
            {
                yield return $"[{type}]::{member}";
            }
        }

        var rest = s_texts.Aggregate(text, (left, known) => left.Replace(known, "", StringComparison.Ordinal));
        foreach (Match match in Member().Matches(rest))
        {
            if (!s_members.Contains(match.Groups["member"].Value))
            {
                yield return match.Value;
            }
        }

        foreach (Match match in Other().Matches(text))
        {
            yield return match.Value;
        }
    }

    [GeneratedRegex(@"\[(?<type>[\w.]+)\]::(?<member>\w+)")]
    private static partial Regex Static();

    [GeneratedRegex(@"\.(?<member>[A-Z]\w*)\(")]
    private static partial Regex Member();

    [GeneratedRegex(@"IgnoreCase|\(\?[a-z]*i|(Modified|Created|Accessed)Time\b")]
    private static partial Regex Other();
}
