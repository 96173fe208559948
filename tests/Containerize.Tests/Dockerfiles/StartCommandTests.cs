using Containerize.Dockerfiles;
using Containerize.Images;

namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class StartCommandTests
{
    // What an image has of the project that is printed, where APP starts the app.
    [TestMethod]
    [DataRow("""ENTRYPOINT ["dotnet", "App.dll", "x"]""", "APP x", "")]
    [DataRow("""ENTRYPOINT ["/tini", "-g", "--", "./App", "x"]""", "/tini -g --", "APP x")]
    [DataRow("""ENTRYPOINT ["dotnet", "App.dll", "x"]|CMD ["y"]""", "APP x", "y")]
    [DataRow("""ENTRYPOINT ["/tini", "--", "dotnet", "/app/App.dll"]|CMD ["y", "z"]""", "/tini --", "APP y z")]
    [DataRow("""ENTRYPOINT ["/tini", "dotnet"]|CMD ["App.dll", "y"]""", "/tini", "APP y")]
    [DataRow("""ENTRYPOINT ["/start.sh"]|CMD ["-v", "dotnet", "App.dll", "y"]""", "/start.sh -v", "APP y")]
    [DataRow("""ENTRYPOINT ["/start.sh"]|CMD ["/app/App"]""", "/start.sh", "APP")]
    [DataRow("""ENTRYPOINT ["/start.sh", "./data"]|CMD ["./other"]""", "/start.sh ./data", "./other")]
    [DataRow("""ENTRYPOINT ["/start.sh", "--name", "App"]""", "/start.sh --name App", "")]
    [DataRow("""ENTRYPOINT ["/start.sh", "--log=/app/App"]""", "/start.sh --log=/app/App", "")]
    [DataRow("""ENTRYPOINT ["dotnet", "--roll-forward", "Major", "/app/App.dll"]""", "dotnet --roll-forward Major /app/App.dll", "")]
    [DataRow("""CMD ["dotnet", "App.dll", "x"]""", "", "APP x")]
    [DataRow("""CMD ["./App", "x"]""", "", "APP x")]
    [DataRow("""CMD ["/wait-for-it.sh", "db:5432", "--", "dotnet", "App.dll"]""", "", "/wait-for-it.sh db:5432 -- dotnet App.dll")]
    [DataRow("""CMD ["tini", "--", "dotnet", "App.dll", "x"]""", "", "tini -- dotnet App.dll x")]
    [DataRow("""CMD ["tini", "--", "/app/App"]""", "", "tini -- /app/App")]
    [DataRow("""CMD ["/start.sh"]""", "", "/start.sh")]
    [DataRow("CMD X=1 dotnet App.dll", "", "/bin/sh -c X=1 dotnet App.dll")]
    [DataRow("CMD exec -a x dotnet App.dll", "", "/bin/sh -c exec -a x dotnet App.dll")]
    [DataRow("CMD cd /x", "", "/bin/sh -c cd /x")]
    [DataRow("CMD dotnet App.dll *.txt", "", "/bin/sh -c dotnet App.dll *.txt")]
    [DataRow("CMD dotnet App.dll && echo done", "", "/bin/sh -c dotnet App.dll && echo done")]
    [DataRow("CMD exec dotnet App.dll 'x y'", "", "APP x y")]
    [DataRow("ENTRYPOINT dotnet App.dll|CMD x", "/bin/sh -c dotnet App.dll", "/bin/sh -c x")]
    [DataRow("""ENTRYPOINT dotnet App.dll|CMD ["x"]""", "/bin/sh -c dotnet App.dll", "x")]
    [DataRow("""ENTRYPOINT ["/start.sh"]|CMD dotnet App.dll""", "/start.sh", "/bin/sh -c dotnet App.dll")]
    [DataRow("""ENTRYPOINT []|CMD ["dotnet", "App.dll"]""", "", "APP")]
    [DataRow("", "APP", "")]
    public void An_image_is_started_with_all_words(string instructions, string entrypoint, string command)
    {
        var project = Published(instructions);

        var resolved = CommandOf(project).Resolve([], SilentReporter.Instance);

        Assert.AreEqual(entrypoint, string.Join(' ', resolved.Entrypoint));
        Assert.AreEqual(command, string.Join(' ', resolved.Command));
    }

    [TestMethod]
    [DataRow("""CMD ["a"]|CMD ["b"]""", "CMD")]
    [DataRow("""ENTRYPOINT ["a"]|ENTRYPOINT ["b"]""", "ENTRYPOINT")]
    public void What_a_later_instruction_replaces_is_named(string instructions, string keyword) =>
        Assert.Contains($"NotNeeded: the {keyword} of line 7 takes its place", Published(instructions).Notes(keyword));

    [TestMethod]
    [DataRow("FROM base", "a b", "z")]
    [DataRow("FROM base\nENTRYPOINT [\"c\"]", "c", "")]
    [DataRow("FROM base\nENTRYPOINT [\"c\"]\nCMD [\"d\"]", "c", "d")]
    [DataRow("FROM base\nCMD [\"d\"]\nENTRYPOINT [\"c\"]", "c", "d")]
    public void An_entrypoint_drops_the_command_of_a_stage_below(string last, string entrypoint, string command)
    {
        var project = Imported.Read($"FROM x AS base\nENTRYPOINT [\"a\", \"b\"]\nCMD [\"z\"]\n{last}");

        var resolved = CommandOf(project).Resolve([], SilentReporter.Instance);

        Assert.AreEqual(entrypoint, string.Join(' ', resolved.Entrypoint));
        Assert.AreEqual(command, string.Join(' ', resolved.Command));
    }

    [TestMethod]
    public void An_app_of_another_name_than_the_project_is_shown() =>
        Assert.Contains("Tool is taken for the program of App", Published("""ENTRYPOINT ["dotnet", "Tool.dll"]""").Notes("ENTRYPOINT"));

    private static ImportedProject Published(string instructions) => Imported.Read(
        "FROM sdk AS build\nRUN dotnet publish App.csproj -o /out\nFROM x\nCOPY --from=build /out /app\nWORKDIR /app\n"
        + instructions.Replace('|', '\n'));

    private static ImageCommand CommandOf(ImportedProject project)
    {
        var instruction = project.Property("ContainerAppCommandInstruction");
        return new ImageCommand
        {
            Entrypoint = Of("ContainerEntrypoint"),
            DefaultArgs = Of("ContainerDefaultArgs"),
            AppCommand = instruction == "None" ? [] : ["APP"],
            AppCommandArgs = Of("ContainerAppCommandArgs"),
            Instruction = instruction is null ? AppCommandInstruction.Unset : Enum.Parse<AppCommandInstruction>(instruction),
        };

        string[] Of(string name) => project.Items(name) is { Length: > 0 } include
            ? [.. include.Split(';').Select(word => word.Replace("%2A", "*", StringComparison.Ordinal))]
            : [];
    }
}
