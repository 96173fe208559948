using System.Text.Json.Nodes;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>How a project comes to the SDK.</summary>
internal enum SdkUse
{
    /// <summary>By path, from this clone.</summary>
    Path,

    /// <summary>Through an Sdk element.</summary>
    SdkElement,

    /// <summary>Through an Sdk element for all projects, in <c>Directory.Build.props</c>.</summary>
    SdkElementForAll,

    /// <summary>Through a package reference.</summary>
    PackageReference,

    /// <summary>Not at all.</summary>
    None,
}

/// <summary>A project as a user would write it, in a directory of its own.</summary>
internal sealed class TestProject : IDisposable
{
    internal const string WebProgram = """
        var app = WebApplication.CreateBuilder(args).Build();
        app.MapGet("/", () => "hello");
        app.Run();
        """;

    internal const string ConsoleProgram = """
        System.Console.WriteLine("hello");
        """;

    private readonly TemporaryDirectory _directory = new();

    private readonly BuildHost _host;

    private TestProject(string name, BuildHost host) => (Name, _host) = (name, host);

    internal string Name { get; }

    internal string Directory => Path.Combine(_directory.FullName, Name);

    /// <summary>Where `dotnet publish` puts the image's archive.</summary>
    internal string Archive =>
        System.IO.Directory.GetFiles(Path.Combine(Directory, "bin", "Release"), "*.tar", SearchOption.AllDirectories).Single();

    /// <summary>What the last build wrote for CI.</summary>
    internal JsonNode Info =>
        JsonNode.Parse(
            File.ReadAllText(System.IO.Directory.GetFiles(Path.Combine(Directory, "obj"), "image.json", SearchOption.AllDirectories)
                .Single()))!;

    internal string Digest => Info["digest"]!.GetValue<string>();

    internal string LayerDigest(string layer) =>
        Info["layers"]!.AsArray().Single(item => item!["name"]!.GetValue<string>() == layer)!["digest"]!.GetValue<string>();

    internal static async Task<TestProject> CreateAsync(
        string name, string sdk, string body, string program, SdkUse use = SdkUse.Path, BuildHost host = BuildHost.Server)
    {
        var project = new TestProject(name, host);
        var version = use is SdkUse.Path or SdkUse.None ? "" : await LocalFeed.VersionAsync();
        var element = $"""<Sdk Name="Containerize.Sdk" Version="{version}" />""";
        var reference = use switch
        {
            SdkUse.SdkElement => element,
            SdkUse.PackageReference =>
                $"""<ItemGroup><PackageReference Include="Containerize.Sdk" Version="{version}" PrivateAssets="all" /></ItemGroup>""",
            _ => "",
        };
        project.Write($"{name}.csproj", $"""
            <Project Sdk="{sdk}">
              {reference}
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
              </PropertyGroup>
              {body}
            </Project>
            """);
        project.Write("Program.cs", program);
        if (use == SdkUse.Path)
        {
            project.Write("Directory.Build.props", $"""<Project><Import Project="{Repository.SdkDirectory}/Sdk/Sdk.props" /></Project>""");
            project.Write(
                "Directory.Build.targets", $"""<Project><Import Project="{Repository.SdkDirectory}/Sdk/Sdk.targets" /></Project>""");
        }
        else if (use != SdkUse.None)
        {
            await LocalFeed.UseInAsync(project.Directory);
        }

        if (use == SdkUse.SdkElementForAll)
        {
            project.Write("Directory.Build.props", $"<Project>{element}</Project>");
        }

        return project;
    }

    internal static Task<TestProject> WebAsync(
        string body = "",
        string program = WebProgram,
        string name = "hello",
        SdkUse use = SdkUse.Path,
        BuildHost host = BuildHost.Server) =>
        CreateAsync(name, "Microsoft.NET.Sdk.Web", body, program, use, host);

    internal static Task<TestProject> ConsoleAsync(
        string body = "",
        string program = ConsoleProgram,
        string name = "hello",
        SdkUse use = SdkUse.Path,
        BuildHost host = BuildHost.Server) =>
        CreateAsync(name, "Microsoft.NET.Sdk", "<PropertyGroup><OutputType>Exe</OutputType></PropertyGroup>" + body, program, use, host);

    /// <summary>A copy of a sample, with items and properties that a test adds.</summary>
    internal static TestProject OfSample(string name, string body)
    {
        var (project, sample) = (new TestProject(name, BuildHost.Server), Path.Combine(Repository.Root, "samples", name));
        foreach (var file in System.IO.Directory.GetFiles(sample, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(sample, file)).Where(file => file.Split('/', '\\')[0] is not ("bin" or "obj")))
        {
            project.Write(file, File.ReadAllText(Path.Combine(sample, file)));
        }

        project.Write("Directory.Build.props", $"""<Project><Import Project="{Repository.SdkDirectory}/Sdk/Sdk.props" /></Project>""");
        project.Write(
            "Directory.Build.targets", $"""<Project>{body}<Import Project="{Repository.SdkDirectory}/Sdk/Sdk.targets" /></Project>""");
        return project;
    }

    internal string Write(string path, string content) => _directory.Write(Path.Combine(Name, path), content);

    internal Task<ProcessResult> RunAsync(params string[] arguments) => Dotnet.RunAsync(Directory, arguments, host: _host);

    /// <summary>Runs `dotnet publish -t:Containerize`.</summary>
    internal Task<ProcessResult> ContainerizeAsync(params string[] arguments) =>
        Dotnet.RunAsync(Directory, Publish(arguments), host: _host);

    /// <summary>Runs `dotnet publish -t:Containerize` with environment variables.</summary>
    internal Task<ProcessResult> ContainerizeAsync(IReadOnlyDictionary<string, string?> environment, params string[] arguments) =>
        Dotnet.RunAsync(Directory, Publish(arguments), environment, _host);

    // The configuration is Release by default: not told so, the command evaluates the project once more to find that out.
    private static string[] Publish(string[] arguments) =>
        ["publish", "-t:Containerize", .. arguments.Contains("-c") ? (string[])[] : ["-c", "Release"], .. arguments];

    /// <summary>Commits the sources and clones them into another directory, with other file times.</summary>
    internal async Task<TestProject> CloneAsync(BuildHost? host = null)
    {
        Write(".gitignore", "bin/\nobj/\n");
        string[] identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
        foreach (var command in new string[][] { ["init", "-q"], ["add", "-A"], [.. identity, "commit", "-q", "-m", "Start"] })
        {
            (await ProcessRunner.RunAsync("git", command, Directory)).EnsureSuccess();
        }

        var clone = new TestProject(Name, host ?? _host);
        (await ProcessRunner.RunAsync("git", ["clone", "-q", Directory, clone.Directory])).EnsureSuccess();
        foreach (var file in System.IO.Directory.GetFiles(clone.Directory, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddDays(-Random.Shared.Next(1, 1000)));
        }

        return clone;
    }

    public void Dispose() => _directory.Dispose();
}
