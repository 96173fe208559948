using System.Text.RegularExpressions;
using System.Xml.Linq;
using Containerize.Testing;

namespace Containerize.Tests;

/// <summary>The pages that people read are complete and are shown as they are meant.</summary>
[TestClass]
internal sealed partial class DocumentationTests
{
    private static readonly string[] s_generated = ["bin", "obj", ".git"];

    private static string Root => Clone.Root;

    private static IEnumerable<string> Pages => Files("*.md", Root);

    private static string Sdk => Path.Combine(Root, "sdk");

    [TestMethod]
    public void Every_table_has_a_header_a_separator_and_rows_of_as_many_cells()
    {
        var faults = from page in Pages
                     from table in MarkdownPage.Load(page).Tables
                     where table.Fault is not null
                     select $"{Path.GetRelativePath(Root, page)}:{table.FirstLine}: {table.Fault}";

        Assert.IsEmpty(faults.ToList());
    }

    [TestMethod]
    [DataRow("| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |", "a table has a header, a separator and rows")]
    [DataRow("| a | b |\n|---|---|\n| 1 |", "1 cells instead of 2: 1")]
    [DataRow("| a | b |\n| 1 | 2 |\n|---|---|", "a separator follows the header")]
    [DataRow("| a | b |\n|---|---|\n| 1 | 2", "each line ends with a bar")]
    public void A_broken_table_is_noticed(string page, string fault) =>
        Assert.AreEqual(fault, new MarkdownPage(page).Tables.Select(table => table.Fault).Single(found => found is not null));

    [TestMethod]
    public void Bars_in_code_blocks_and_behind_backslashes_are_no_cells() =>
        Assert.IsNull(new MarkdownPage("```\n| x\n```\n| a | b |\n|---|--:|\n| `1 \\| 2` | 3 |").Tables.Single().Fault);

    [TestMethod]
    public void Every_link_leads_to_a_page_and_a_heading_of_it()
    {
        var dead = from page in Pages
                   from link in MarkdownPage.Load(page).Links
                   where !Uri.IsWellFormedUriString(link, UriKind.Absolute) && !IsThere(page, link)
                   select $"{Path.GetRelativePath(Root, page)}: {link}";

        Assert.IsEmpty(dead.ToList());

        static bool IsThere(string page, string link)
        {
            var parts = link.Split('#');
            var target = parts[0].Length == 0 ? page : Path.GetFullPath(parts[0], Path.GetDirectoryName(page)!);
            return parts.Length == 1
                ? Path.Exists(target)
                : File.Exists(target) && MarkdownPage.Load(target).Anchors.Contains(parts[1]);
        }
    }

    [TestMethod]
    public void Pages_and_targets_are_in_plain_words()
    {
        var found = from file in Pages.Concat(SdkTargets.Files)
                    from Match match in OldWords().Matches(Code().Replace(File.ReadAllText(file), ""))
                    select $"{Path.GetRelativePath(Root, file)}: {match.Value}";

        Assert.IsEmpty(found.ToList());
    }

    [TestMethod]
    public void Comments_messages_and_names_of_tests_are_in_plain_words()
    {
        var found = from file in Files("*.cs", Root)
                    where Path.GetFileName(file) != "DocumentationTests.cs"
                    from Match match in OldWords().Matches(Account().Replace(File.ReadAllText(file), "").Replace('_', ' '))
                    select $"{Path.GetRelativePath(Root, file)}: {match.Value}";

        Assert.IsEmpty(found.ToList());
    }

    [TestMethod]
    public void Every_error_warning_and_task_in_the_targets_names_the_project_and_links_to_the_page_of_diagnostics()
    {
        var elements = SdkTargets.Files.SelectMany(file => XDocument.Load(file).Descendants()).ToList();
        var tasks = elements.Where(element => element.Name == "UsingTask")
            .Select(element => element.Attribute("TaskName")!.Value.Split('.')[^1]).ToHashSet();

        Assert.HasCount(16, tasks);
        Assert.IsEmpty(elements.Where(element => !IsLinked(element)).Select(element => element.ToString()).ToList());

        bool IsLinked(XElement element)
        {
            const string Page = "$(_ContainerizeDiagnosticsPage)";
            return element.Name.LocalName switch
            {
                "Error" or "Warning" => element.Attribute("Code")?.Value is { } code
                    && element.Attribute("HelpLink")?.Value == $"{Page}#{code.ToLowerInvariant()}"
                    && element.Attribute("File")?.Value is "$(_ContainerizeProjectFile)" or "$(MSBuildProjectFullPath)",
                var name when tasks.Contains(name) => element.Attribute("DiagnosticsPage")?.Value == Page
                    && element.Attribute("ProjectFile")?.Value == "$(_ContainerizeProjectFile)",
                _ => true,
            };
        }
    }

    private static IEnumerable<string> Files(string pattern, string directory) =>
        from file in Directory.GetFiles(directory, pattern, SearchOption.AllDirectories)
        where !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Intersect(s_generated).Any()
        select file;

    // What technical English says in other words: no one, someone, again, anyone who, trusted, creates.
    [GeneratedRegex(
        @"\b(nobody|somebody|anew|whoever|believed|recognised|brings? about|lets? us down|one of them lies)\b", RegexOptions.IgnoreCase)]
    private static partial Regex OldWords();

    // Debian's account of that name, as a user, in passwd, in a package's maintainer and as the name of a list.
    [GeneratedRegex(@"""nobody""|nobody:|Nobody <nobody@|nobody\.list")]
    private static partial Regex Account();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();
}
