using Containerize.Bases;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class RunSettingsTests
{
    private static readonly Platform s_linux = Platform.FromRuntimeIdentifier("linux-x64");
    private static readonly Platform s_windows = Platform.FromRuntimeIdentifier("win-x64");

    private static object Request(ProjectSettings project) => ImageRequests.Read(project, s_linux, new ScratchSource(), []);

    private static SettingsLab With(string metadata, string value) =>
        new SettingsLab().Add(ItemKind.Image, "image", ("WorkingDirectory", "/app"), (metadata, value));

    [TestMethod]
    [DataRow("/app/", false, "/app")]
    [DataRow("/", false, "/")]
    [DataRow("//srv/./shop//", false, "/srv/shop")]
    [DataRow(@"\srv\shop", false, "/srv/shop")]
    [DataRow(@"C:\app\", true, "/app")]
    [DataRow("c:/srv/shop", true, "/srv/shop")]
    [DataRow("/srv", true, "/srv")]
    public void The_working_directory_is_absolute_with_slashes(string text, bool isWindows, string expected)
    {
        using var lab = new SettingsLab().Add(ItemKind.Image, "image", ("WorkingDirectory", text));

        Assert.AreEqual(expected, new RunSettings(lab.Project, isWindows ? s_windows : s_linux).WorkingDirectory());
    }

    [TestMethod]
    [DataRow("app")]
    [DataRow("")]
    [DataRow("../app")]
    [DataRow("/srv/../app")]
    public void A_working_directory_that_is_not_absolute_is_refused(string text)
    {
        using var lab = new SettingsLab().Add(ItemKind.Image, "image", ("WorkingDirectory", text));

        lab.RefusesValue(Request, "ContainerWorkingDirectory", "not an absolute path", "'/app'");
    }

    [TestMethod]
    [DataRow("Format", "Docer", "ContainerImageFormat 'Docer'", "Oci, Docker")]
    [DataRow("AppCommandInstruction", "Sometimes", "ContainerAppCommandInstruction 'Sometimes'", "Entrypoint, DefaultArgs, None")]
    [DataRow("AppCommandInstruction", "Unset", "ContainerAppCommandInstruction 'Unset'", "Entrypoint, DefaultArgs, None")]
    [DataRow("StartCheck", "Maybe", "ContainerizeStartCheck 'Maybe'", "None, Warn, Error")]
    [DataRow("StopSignal", "stop", "ContainerStopSignal 'stop'", "SIGTERM")]
    [DataRow("StopSignal", "SIGTERM; rm", "ContainerStopSignal", "SIGRTMIN+3")]
    public void A_value_that_is_unknown_is_refused_with_what_would_be_good(string metadata, string value, string named, string hint)
    {
        using var lab = With(metadata, value);

        lab.RefusesValue(Request, named, hint);
    }

    [TestMethod]
    [DataRow("SIGTERM")]
    [DataRow("SIGRTMIN+3")]
    [DataRow("QUIT")]
    [DataRow("9")]
    public void Signals_have_names_or_numbers(string signal)
    {
        using var lab = With("StopSignal", signal);

        Assert.AreEqual(signal, new RunSettings(lab.Project, s_linux).StopSignal());
    }

    [TestMethod]
    [DataRow("docker", "Docker")]
    [DataRow("OCI", "Oci")]
    [DataRow("", "Oci")]
    public void The_format_is_written_in_any_case(string text, string expected)
    {
        using var lab = With("Format", text);

        Assert.AreEqual(Enum.Parse<ImageFormat>(expected), ImageRequests.Read(lab.Project, s_linux, new ScratchSource(), []).Format);
    }

    [TestMethod]
    [DataRow("data")]
    [DataRow("/")]
    [DataRow("/data/../etc")]
    public void A_volume_is_an_absolute_path(string path)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Volume, path);

        lab.RefusesValue(Request, $"ContainerVolume '{path}'", "'/data'");
    }

    [TestMethod]
    [DataRow("Interval", "soon", "The Interval 'soon' of ContainerHealthcheck")]
    [DataRow("Timeout", "0", "The Timeout '0' of ContainerHealthcheck")]
    [DataRow("StartPeriod", "-1s", "The StartPeriod '-1s' of ContainerHealthcheck")]
    [DataRow("Retries", "0", "The Retries '0' of ContainerHealthcheck")]
    [DataRow("Retries", "many", "The Retries 'many' of ContainerHealthcheck")]
    public void What_a_health_check_cannot_be_is_refused(string metadata, string value, string named)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Healthcheck, "x", (metadata, value));

        lab.RefusesValue(Request, named);
    }

    [TestMethod]
    public void A_health_check_is_one_command_of_several_items()
    {
        using var lab = new SettingsLab().AddDefaults()
            .Add(ItemKind.Healthcheck, "/app/hello", ("Interval", "1m30s"), ("Retries", "5"))
            .Add(ItemKind.Healthcheck, "--check", ("Timeout", "500ms"), ("Retries", "7"));

        var check = new RunSettings(lab.Project, s_linux).Healthcheck()!;

        CollectionAssert.AreEqual(new[] { "CMD", "/app/hello", "--check" }, check.Test.ToList());
        Assert.AreEqual((TimeSpan.FromSeconds(90), TimeSpan.FromMilliseconds(500), 5), (check.Interval, check.Timeout, check.Retries));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("A=B")]
    public void A_variable_has_a_name(string name)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.EnvironmentVariable, name, ("Value", "x"));

        lab.RefusesValue(Request, $"ContainerEnvironmentVariable '{name}'");
    }

    [TestMethod]
    public void Values_keep_every_character_and_the_last_of_a_name_counts()
    {
        using var lab = new SettingsLab().AddDefaults()
            .Add(ItemKind.EnvironmentVariable, "A", ("Value", "first"))
            .Add(ItemKind.EnvironmentVariable, "A", ("Value", " a=b; c:d "))
            .Add(ItemKind.Label, "org.example", ("Value", "x;y=z"));

        var request = ImageRequests.Read(lab.Project, s_linux, new ScratchSource(), []);

        Assert.AreEqual(" a=b; c:d ", request.Environment["A"]);
        Assert.AreEqual("x;y=z", request.Labels["org.example"]);
    }

    [TestMethod]
    [DataRow("0", "")]
    [DataRow("65536", "")]
    [DataRow("http", "")]
    [DataRow("80", "icmp")]
    [DataRow("80/sctp/x", "")]
    public void What_is_not_a_port_is_refused(string port, string type)
    {
        using var lab = new SettingsLab().AddDefaults().Add(ItemKind.Port, port, ("Type", type));

        lab.RefusesValue(Request, $"ContainerPort '{port}'");
    }

    [TestMethod]
    public void An_annotation_has_scopes_that_there_are()
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.Annotation, "a", ("Value", "1"), ("Scope", "INDEX; descriptor"))
            .Add(ItemKind.Annotation, "b", ("Value", "2"))
            .Add(ItemKind.Annotation, "b", ("Value", "3"), ("Scope", "manifest;manifest"))
            .Add(ItemKind.Annotation, "d", ("Value", "4"), ("Scope", "Manifest,Index"));

        Assert.AreEqual("b=3 d=4", Text(AnnotationScope.Manifest));
        Assert.AreEqual("a=1 b=2 d=4", Text(AnnotationScope.Index));
        Assert.AreEqual("a=1", Text(AnnotationScope.Descriptor));
        lab.Add(ItemKind.Annotation, "c", ("Scope", "layer"))
            .RefusesValue(
                project => AnnotationItems.Read(project, AnnotationScope.Index),
                "The Scope 'layer' of ContainerAnnotation 'c'", "Manifest, Index, Descriptor");

        string Text(AnnotationScope scope) =>
            string.Join(' ', AnnotationItems.Read(lab.Project, scope).Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("Manifest")]
    [DataRow("index")]
    [DataRow("Descriptor")]
    [DataRow("Index,Descriptor")]
    public void Dockers_format_has_no_annotations(string scope)
    {
        using var lab = With("Format", "Docker").Add(ItemKind.Annotation, "org.example", ("Value", "x"), ("Scope", scope));

        lab.RefusesValue(Request, "ContainerAnnotation 'org.example'", "ContainerLabel");
    }

    [TestMethod]
    public void Programs_for_Windows_get_backslashes_and_their_arguments_do_not()
    {
        using var lab = new SettingsLab().Add(ItemKind.Image, "image", ("WorkingDirectory", @"C:\app\"))
            .Add(ItemKind.AppCommand, "dotnet").Add(ItemKind.AppCommand, "C:/app/hello.dll").Add(ItemKind.AppCommandArgs, "C:/app/x");

        var command = new RunSettings(lab.Project, s_windows).Command();

        CollectionAssert.AreEqual(new[] { "dotnet", @"C:\app\hello.dll" }, command.AppCommand.ToList());
        CollectionAssert.AreEqual(new[] { "C:/app/x" }, command.AppCommandArgs.ToList());
        Assert.AreEqual(AppCommandInstruction.Unset, command.Instruction);
    }
}
