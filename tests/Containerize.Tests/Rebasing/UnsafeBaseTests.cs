using System.Formats.Tar;
using Containerize.Building;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Testing.Images;
using Containerize.Tests.Starting;
using Containerize.Trees;
using static Containerize.Tests.Rebasing.RebaseLab;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Rebasing;

/// <summary>A base under which an image would not be what a build makes, or would not start, is refused with the reason.</summary>
[TestClass]
internal sealed class UnsafeBaseTests
{
    [TestMethod]
    [DataRow("var/lib/dpkg/status.d/tzdata", "packages")]
    [DataRow("var/lib/dpkg/status", "packages")]
    [DataRow("lib/apk/db/installed", "packages")]
    [DataRow("etc/ssl/certs/ca-certificates.crt", "certificate authorities")]
    public async Task Layers_that_were_made_from_the_base(string path, string reason)
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, Bookworm);
        lab.AddBase("new", null, Bookworm, [Text("etc/more")]);
        await lab.AddAppAsync("old", null, StartLab.App(path, "x"));

        var failure = await lab.FailAsync("new");

        Assert.AreEqual(DiagnosticCode.LayerFittedToBase, failure.Code);
        StringAssert.Contains(failure.Message, "'app'");
        StringAssert.Contains(failure.Message, "/" + path);
        StringAssert.Contains(failure.Message, reason);
    }

    [TestMethod]
    public async Task A_list_of_users_is_refused_where_commands_may_have_made_it_and_kept_where_the_project_has_it()
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, Bookworm);
        lab.AddBase("new", null, Bookworm, [Text("etc/more")]);
        await lab.AddAppAsync("old", null, StartLab.App("etc/passwd", "root:x:0:0::/:/bin/sh\n"));
        Assert.IsFalse((await lab.RebaseAsync("new")).IsUnchanged);

        lab.Registry.AddImage("team/app", "1", TestImage.Create(
            Layer(Bookworm), Layer(Text("etc/passwd", "root:x:0:0::/:/bin/sh\n"))));
        var failure = await lab.FailAsync("new", from: "old");

        Assert.AreEqual(DiagnosticCode.LayerFittedToBase, failure.Code);
        StringAssert.Contains(failure.Message, "/etc/passwd");
    }

    [TestMethod]
    [DataRow("opt 755 0", "opt 775 0", "opt/x/file", "mode 775")]
    [DataRow("", "opt 755 10", "opt/file", "owner 10:10")]
    [DataRow("opt->srv", "opt->usr", "opt/file", "/opt")]
    [DataRow("opt->srv", "srv 755 0", "opt/file", "/opt")]
    [DataRow("", "opt/file/x", "opt/file", "directory")]
    public async Task Layers_that_were_fitted_to_what_the_new_base_has_otherwise(string old, string now, string path, string reason)
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, [.. Bookworm, .. Entries(old)]);
        lab.AddBase("new", null, [.. Bookworm, .. Entries(now)]);
        await lab.AddAppAsync("old", null, StartLab.App(path, "x"));

        var failure = await lab.FailAsync("new");

        Assert.AreEqual(DiagnosticCode.LayerFittedToBase, failure.Code);
        StringAssert.Contains(failure.Message, reason);
    }

    [TestMethod]
    [DataRow("", "opt/x 755 0", true)]
    [DataRow("", "opt 755 0", false)]
    [DataRow("opt/x 755 0", "opt/x 755 0", false)]
    [DataRow("opt/x 750 5", "opt/x 750 5", false)]
    public async Task An_owner_that_an_item_gives_to_a_directory_that_the_new_base_has(string old, string now, bool isRefused)
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, [.. Bookworm, .. Entries(old)]);
        lab.AddBase("new", null, [.. Bookworm, .. Entries(now), Text("etc/more")]);
        var placement = new Placement([], user: null, new Dictionary<string, string>())
        {
            Owned = [new AddedFile("x", "opt/x", Mode: null, new Owner(7, 8)) { Type = LayerEntryType.Directory }],
        };
        var files = new EntriesLayer("files", [StartLab.App("opt/x/file", "x")]) { Placement = placement };
        await lab.AddAppAsync("old", request => request with { Layers = [files, .. request.Layers] });

        if (!isRefused)
        {
            Assert.IsFalse((await lab.RebaseAsync("new")).IsUnchanged);
            return;
        }

        var failure = await lab.FailAsync("new");
        Assert.AreEqual(DiagnosticCode.LayerFittedToBase, failure.Code);
        StringAssert.Contains(failure.Message, "'/opt/x' with the owner 7:8");
    }

    [TestMethod]
    public async Task Another_C_library()
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, Bookworm);
        lab.AddBase("new", null, [StartLab.Program("lib/ld-musl-x86_64.so.1", TestElf.Library("libc.musl-x86_64.so.1"))]);
        await lab.AddAppAsync("old");

        var failure = await lab.FailAsync("new");

        Assert.AreEqual(DiagnosticCode.OtherKindOfBase, failure.Code);
        StringAssert.Contains(failure.Message, "musl");
    }

    [TestMethod]
    [DataRow("11.0.0", ".NET 11")]
    [DataRow(null, "no .NET")]
    public async Task Another_major_version_of_dotnet(string? version, string reason)
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, Bookworm);
        lab.AddBase("new", null, [
            .. StartLab.Glibc,
            .. version is null ? Array.Empty<TarEntry>() : [Text($"usr/share/dotnet/shared/Microsoft.NETCore.App/{version}/x.dll")],
        ]);
        await lab.AddAppAsync("old");

        var failure = await lab.FailAsync("new");

        Assert.AreEqual(DiagnosticCode.OtherKindOfBase, failure.Code);
        StringAssert.Contains(failure.Message, reason);
    }

    [TestMethod]
    public async Task A_base_without_a_library_that_the_app_needs()
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, [.. Bookworm, StartLab.Program("usr/lib/liba.so.1", TestElf.Library("liba.so.1"))]);
        lab.AddBase("new", null, Bookworm);
        await lab.AddAppAsync(
            "old",
            request => request with { Command = new() { AppCommand = ["/app/needy"] } },
            StartLab.App("app/needy", TestElf.Program("libc.so.6", "liba.so.1")));

        var failure = await lab.FailAsync("new");

        Assert.AreEqual(DiagnosticCode.WouldNotStart, failure.Code);
        StringAssert.Contains(failure.Message, "liba.so.1");
    }

    [TestMethod]
    public async Task A_user_with_another_number()
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, Bookworm);
        lab.AddBase("new", null, Bookworm, [Text("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1001:1001::/home/app:/bin/sh\n")]);
        var owned = StartLab.App("app/data", "x") with { UserId = 1654, GroupId = 1654 };
        await lab.AddAppAsync("old", request => request with { User = "app" }, owned);

        var byUser = await lab.FailAsync("new");
        await lab.AddAppAsync("old", null, owned);
        var byFile = await lab.FailAsync("new");

        Assert.AreEqual(DiagnosticCode.OtherOwner, byUser.Code);
        StringAssert.Contains(byUser.Message, "1001:1001");
        Assert.AreEqual(DiagnosticCode.OtherOwner, byFile.Code);
        StringAssert.Contains(byFile.Message, "'app'");
    }

    [TestMethod]
    public async Task A_user_that_a_variable_of_the_base_names()
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", config => Aspnet(config, "1"), Bookworm);
        lab.AddBase("new", config => Aspnet(config, "1", user: "1655"), Bookworm, [Text("etc/more")]);
        await lab.AddAppAsync("old", null, StartLab.App("app/data", "x") with { UserId = 1654, GroupId = 1654 });

        Assert.AreEqual(DiagnosticCode.OtherOwner, (await lab.FailAsync("new")).Code);
    }

    [TestMethod]
    public async Task Layers_for_Windows_of_which_it_is_not_known_what_they_took_from_the_base()
    {
        await using var lab = await StartAsync();
        var windows = new Platform { Os = "windows", Architecture = "amd64", OsVersion = "10.0.20348.1" };
        var old = TestImage.Create(windows, docker: true, null);
        lab.Registry.AddImage("team/base", "old", old);
        lab.Registry.AddImage("team/base", "new", TestImage.Create(
            windows with { OsVersion = "10.0.20348.2" }, docker: true, null));
        lab.Registry.AddImage("team/app", "1", TestImage.Create(
            windows, docker: true, null, old.Layers[0], TestLayer.Of(("Files/app/x.dll", "x"), ("Hives/x", "x"))));

        Assert.AreEqual(DiagnosticCode.LayerFittedToBase, (await lab.FailAsync("new", from: "old")).Code);
    }

    [TestMethod]
    public async Task Another_platform()
    {
        await using var lab = await StartAsync();
        lab.AddBase("old", null, Bookworm);
        lab.Registry.AddImage("team/base", "arm", TestImage.Create(Building.Sample.Arm64, docker: false, null));
        await lab.AddAppAsync("old");

        Assert.AreEqual(DiagnosticCode.PlatformNotFound, (await lab.FailAsync("arm")).Code);
    }

    private static IEnumerable<TarEntry> Entries(string text) => text.Length == 0 ? [] : [
        text.Split("->") is [var link, var target] ? Link(link, target)
            : text.Split(' ') is [var path, var mode, var owner]
                ? DirectoryAt(path, mode, int.Parse(owner, System.Globalization.CultureInfo.InvariantCulture))
            : Text(text),
    ];
}
