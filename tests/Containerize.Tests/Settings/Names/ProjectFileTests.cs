using Containerize.Settings.Names;

namespace Containerize.Tests.Settings.Names;

[TestClass]
internal sealed class ProjectFileTests
{
    private const string Project = "/src/app/app.csproj";

    [TestMethod]
    public void Properties_items_and_metadata_are_found_with_their_places()
    {
        var file = ProjectFile.Parse(Project, """
            <?xml version="1.0" encoding="utf-8"?>
            <!-- <PropertyGroup><No /></PropertyGroup> -->
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup Condition="true">
                <One>1</One>
                <Two />
              </PropertyGroup>
              <ItemGroup>
                <File Include="a;b" Owner="1" Condition="x" Exclude="c">
                  <Mode>0644</Mode>
                </File>
              </ItemGroup>
              <Choose>
                <When Condition="x"><PropertyGroup><Three>3</Three></PropertyGroup></When>
                <Otherwise><ItemGroup><Other Include="x" /></ItemGroup></Otherwise>
              </Choose>
              <Target Name="T">
                <PropertyGroup><Four /></PropertyGroup>
                <ItemGroup><InTarget Include="y" /></ItemGroup>
                <Exec Command="x"><Output TaskParameter="A" PropertyName="B" /></Exec>
              </Target>
              <ItemDefinitionGroup><File><Owner>2</Owner></File></ItemDefinitionGroup>
              <Import Project="a.props" />
              <Import Project="Sdk.props" Sdk="Other" />
              <ImportGroup><Import Project="b.props" /></ImportGroup>
            </Project>
            """);

        CollectionAssert.AreEqual(
            new[] { "One 5:6", "Two 6:6", "Three 14:41", "Four 18:21" },
            file.Properties.Select(property => $"{property.Name} {property.Position.Line}:{property.Position.Column}").ToList());
        CollectionAssert.AreEqual(
            new[] { "File 9 (Owner=1 Mode=0644)", "Other 15 ()", "InTarget 19 ()", "File 22 (Owner=2)" },
            file.Items.Select(item =>
                $"{item.Name} {item.Position.Line} ({string.Join(' ', item.Metadata.Select(one => $"{one.Name}={one.Value}"))})").ToList());
        Assert.AreEqual("a;b", file.Items[0].Include);
        CollectionAssert.AreEqual(new[] { "a.props", "", "b.props" }, file.Imports.ToList());
        Assert.IsTrue(file.Properties.All(property => property.Position.File == Project));
    }

    [TestMethod]
    [DataRow("<ItemGroup><A Include='x' /></ItemGroup>", true)]
    [DataRow("<ItemGroup><A Include='x' Condition='y' /></ItemGroup>", false)]
    [DataRow("<ItemGroup Condition='y'><A Include='x' /></ItemGroup>", false)]
    [DataRow("<Choose><When Condition='y'><ItemGroup><A Include='x' /></ItemGroup></When></Choose>", false)]
    [DataRow("<Choose><Otherwise><ItemGroup><A Include='x' /></ItemGroup></Otherwise></Choose>", false)]
    [DataRow("<Target Name='T'><ItemGroup><A Include='x' /></ItemGroup></Target>", false)]
    [DataRow("<ItemDefinitionGroup><A /></ItemDefinitionGroup>", false)]
    public void An_item_is_unconditional_only_if_nothing_above_it_decides(string text, bool expected) =>
        Assert.AreEqual(expected, ProjectFile.Parse(Project, $"<Project>{text}</Project>").Items.Single().IsUnconditional);

    [TestMethod]
    [DataRow("")]
    [DataRow("no XML")]
    [DataRow("<Project>")]
    [DataRow("<Project><PropertyGroup><A></Project>")]
    [DataRow("<!DOCTYPE x [<!ENTITY e 'y'>]><Project><PropertyGroup><A>&e;</A></PropertyGroup></Project>")]
    public void A_malformed_file_declares_nothing(string text)
    {
        var file = ProjectFile.Parse(Project, text);

        Assert.AreEqual(0, file.Properties.Count + file.Items.Count + file.Imports.Count);
        Assert.AreEqual("", file.Text);
    }

    [TestMethod]
    [DataRow("<Project xmlns=\"http://schemas.microsoft.com/developer/msbuild/2003\"><PropertyGroup><A/></PropertyGroup></Project>")]
    [DataRow("<Project><PropertyGroup><A>x <![CDATA[ </A> ]]> </A></PropertyGroup></Project>")]
    [DataRow("<Project><PropertyGroup><A><Xml><A /></Xml></A></PropertyGroup></Project>")]
    [DataRow("<Project><Unknown><PropertyGroup><B /></PropertyGroup></Unknown><PropertyGroup><A /></PropertyGroup></Project>")]
    [DataRow("<Project><ProjectExtensions><B /></ProjectExtensions><PropertyGroup><A /></PropertyGroup></Project>")]
    public void Only_what_stands_in_a_group_is_a_property(string text) =>
        Assert.AreEqual("A", ProjectFile.Parse(Project, text).Properties.Single().Name);

    [TestMethod]
    public void An_app_that_is_one_file_sets_properties_in_directives()
    {
        var file = ProjectFile.Parse("/src/app.cs", """
            #!/usr/bin/env dotnet
            #:sdk Microsoft.NET.Sdk.Web
            #:property ContainerBaseImge=scratch
            #:property   ContainerUser = app
            var text = "#:property No=1";
            """);

        CollectionAssert.AreEqual(
            new[] { "ContainerBaseImge 3:12", "ContainerUser 4:14" },
            file.Properties.Select(property => $"{property.Name} {property.Position.Line}:{property.Position.Column}").ToList());
    }
}
