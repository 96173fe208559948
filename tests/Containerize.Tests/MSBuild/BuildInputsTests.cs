using Containerize.MSBuild;
using Containerize.Registry;
using Containerize.Settings;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Registry;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;
using Task = System.Threading.Tasks.Task;

namespace Containerize.Tests.MSBuild;

[TestClass]
internal sealed class BuildInputsTests : IDisposable
{
    private static readonly int s_noSpace = OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28;

    private readonly TemporaryDirectory _folder = new();
    private readonly KeepingEngine _build = new();

    public void Dispose()
    {
        _build.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task The_tasks_of_a_build_have_one_client_and_one_lease()
    {
        var first = await ClientOfAsync();
        var second = await ClientOfAsync(Setting(ItemKind.Image, "image", ("User", "app")));

        Assert.AreSame(first, second);
        Assert.HasCount(1, _build.Kept.OfType<BuildLease>());
        Assert.HasCount(1, Directory.GetFiles(_folder["cache/leases"]));
    }

    [TestMethod]
    [DataRow(ItemKind.Registry, "one.example", "", "")]
    [DataRow(ItemKind.Base, "base", "Image", "one.example/base:1")]
    [DataRow(ItemKind.Registries, "registries", "Insecure", "one.example")]
    [DataRow(ItemKind.Registries, "registries", "Retries", "2")]
    [DataRow(ItemKind.Registries, "registries", "Offline", "true")]
    [DataRow(ItemKind.Registries, "registries", "CertificateFiles", "ca.pem")]
    [DataRow(ItemKind.Mirror, "mirror.example", "Registry", "docker.io")]
    [DataRow(ItemKind.Cache, "cache", "Path", "elsewhere")]
    public async Task Projects_with_different_settings_have_different_clients(ItemKind kind, string identity, string name, string value)
    {
        var first = await ClientOfAsync();
        var setting = Setting(kind, identity, (name, value));

        var other = await ClientOfAsync(setting);

        Assert.AreNotSame(first, other);
        Assert.AreSame(other, await ClientOfAsync(setting));
        Assert.AreSame(first, await ClientOfAsync());
    }

    [TestMethod]
    public async Task The_client_reports_to_the_task_that_uses_it()
    {
        await using var one = await TestRegistry.StartAsync();
        await using var two = await TestRegistry.StartAsync();
        var first = new RecordingReporter();
        var second = new RecordingReporter();

        await ResolveAsync(one, first);
        await ResolveAsync(two, second);

        StringAssert.Contains(first.AllText, one.Authority);
        StringAssert.Contains(second.AllText, two.Authority);
        Assert.DoesNotContain(two.Authority, first.AllText);
        Assert.DoesNotContain(one.Authority, second.AllText);
        Assert.HasCount(1, _build.Kept.OfType<SharedRegistries>());
    }

    [TestMethod]
    public async Task A_task_that_ended_is_told_nothing()
    {
        await using var registry = await TestRegistry.StartAsync();
        var reporter = new RecordingReporter();
        using var task = NewTask();
        RegistryClient? client = null;
        await BuildInputs.UseAsync(task, _folder["obj"], reporter, inputs =>
        {
            client = inputs.Registries;
            return Task.CompletedTask;
        });

        await client!.TryResolveAsync(registry.Repository("app"), "1", CancellationToken.None);

        Assert.AreEqual("", reporter.AllText);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task Work_that_finds_the_caches_disk_full_is_done_again_with_a_cache_in_the_project()
    {
        using var disk = OtherDisk();
        var reporter = new RecordingReporter();
        var roots = new List<string>();
        using var task = NewTask(Setting(ItemKind.Cache, "cache", ("Path", disk.FullName)));

        var isFull = await BuildInputs.UseAsync(task, _folder["obj"], cacheIsFull: false, reporter, _ => { }, inputs =>
        {
            roots.Add(inputs.Cache.Root);
            return roots.Count == 1 ? throw new IOException("No space left on device", s_noSpace) : Task.CompletedTask;
        });

        Assert.IsTrue(isFull);
        CollectionAssert.AreEqual(new[] { disk.FullName, _folder["obj/cache"] }, roots);
        Assert.AreEqual(DiagnosticCode.CacheUnusable, reporter.Warnings.Single().Code);
        StringAssert.Contains(reporter.Warnings.Single().Text, disk.FullName);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_full_disk_of_an_archive_is_not_blamed_on_the_cache()
    {
        using var disk = OtherDisk();
        var reporter = new RecordingReporter();
        using var task = NewTask(Setting(ItemKind.Cache, "cache", ("Path", disk.FullName)));
        var runs = 0;

        await Assert.ThrowsExactlyAsync<IOException>(() => BuildInputs.UseAsync(
            task, _folder["obj"], cacheIsFull: false, reporter, _ => { }, _ =>
            {
                runs++;
                throw new IOException($"No space left on device : '{_folder["out/app.tar"]}'", s_noSpace);
            }));

        Assert.AreEqual(1, runs);
        Assert.IsEmpty(reporter.Warnings);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task What_an_earlier_task_found_full_is_not_written_to_and_not_told_again()
    {
        using var disk = OtherDisk();
        var reporter = new RecordingReporter();
        using var task = NewTask(Setting(ItemKind.Cache, "cache", ("Path", disk.FullName)));
        string? root = null;

        var isFull = await BuildInputs.UseAsync(task, _folder["obj"], cacheIsFull: true, reporter, _ => { }, inputs =>
        {
            root = inputs.Cache.Root;
            return Task.CompletedTask;
        });

        Assert.IsTrue(isFull);
        Assert.AreEqual(_folder["obj/cache"], root);
        Assert.IsEmpty(reporter.Warnings);
    }

    [TestMethod]
    public async Task Without_more_room_in_the_project_a_full_disk_is_an_error()
    {
        using var task = NewTask();
        var runs = 0;

        await Assert.ThrowsExactlyAsync<IOException>(() => BuildInputs.UseAsync(
            task, _folder["obj"], cacheIsFull: false, new RecordingReporter(), _ => { }, _ =>
            {
                runs++;
                throw new IOException("No space left on device", s_noSpace);
            }));

        Assert.AreEqual(1, runs);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void Variables_whose_names_differ_in_case_are_two()
    {
        const string Name = "CONTAINERIZE_TEST_CASE";
        try
        {
            Environment.SetEnvironmentVariable(Name, "upper");
#pragma warning disable CA1308 // A name in lower case is what is tested.
            Environment.SetEnvironmentVariable(Name.ToLowerInvariant(), "lower");

            Assert.AreEqual("lower", ContainerizeTask.Variables()[Name.ToLowerInvariant()]);
#pragma warning restore CA1308
            Assert.AreEqual("upper", ContainerizeTask.Variables()[Name]);
        }
        finally
        {
            Environment.SetEnvironmentVariable(Name, null);
#pragma warning disable CA1308 // As above.
            Environment.SetEnvironmentVariable(Name.ToLowerInvariant(), null);
#pragma warning restore CA1308
        }
    }

    // A small disk in memory, where the project's has more room.
    private TemporaryDirectory OtherDisk()
    {
        const string Memory = "/dev/shm";
        if (!Directory.Exists(Memory)
            || new DriveInfo(_folder.FullName).AvailableFreeSpace - new DriveInfo(Memory).AvailableFreeSpace < 32 * 1024 * 1024)
        {
            Assert.Inconclusive("There is no disk with less room.");
        }

        return new TemporaryDirectory(Memory);
    }

    private async Task ResolveAsync(TestRegistry registry, RecordingReporter reporter)
    {
        using var task = NewTask();
        var repository = registry.Repository("app");
        await BuildInputs.UseAsync(
            task, _folder["obj"], reporter, inputs => inputs.Registries.TryResolveAsync(repository, "1", CancellationToken.None));
    }

    private async Task<RegistryClient> ClientOfAsync(params ITaskItem[] settings)
    {
        using var task = NewTask(settings);
        RegistryClient? client = null;
        await BuildInputs.UseAsync(task, _folder["obj"], new RecordingReporter(), inputs =>
        {
            inputs.Announce();
            client = inputs.Registries;
            return Task.CompletedTask;
        });
        return client!;
    }

    private IdleTask NewTask(params ITaskItem[] settings) => new()
    {
        BuildEngine = _build.Engine,
        ProjectFile = _folder["app.csproj"],
        Settings =
        [
            .. settings,
            Setting(ItemKind.Base, "base", ("Image", "scratch")),
            Setting(ItemKind.Cache, "cache", ("Path", "cache")),
        ],
    };

    private static TaskItem Setting(ItemKind kind, string identity, params (string Name, string Value)[] metadata)
    {
        var item = new TaskItem(identity);
        item.SetMetadata("Kind", kind.ToString());
        foreach (var (name, value) in metadata.Where(pair => pair.Name.Length > 0))
        {
            item.SetMetadata(name, value);
        }

        return item;
    }

    private sealed class IdleTask : ContainerizeTask
    {
        private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
