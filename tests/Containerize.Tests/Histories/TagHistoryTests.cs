using System.Text;
using Containerize.Files;
using Containerize.Histories;
using Containerize.Testing;

namespace Containerize.Tests.Histories;

/// <summary>Git tags of a real repository, published by a program that only copies what was checked out.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class TagHistoryTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    private string Project => _folder["repository/src/App"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Tags_are_ordered_by_their_commits_and_those_of_one_time_by_their_versions()
    {
        await CommitAsync("1", "2026-01-03", "v1.10");
        await CommitAsync("2", "2026-01-03", "v1.9");
        await CommitAsync("3", "2026-01-01", "v2.0");
        await CommitAsync("4", "2026-01-05", "v1.11", "-m", "with a message");
        await GitAsync("tag", "v1.11-final");
        await GitAsync("tag", "other", "v2.0");
        await GitAsync("tag", "no-commit", "HEAD^{tree}");

        CollectionAssert.AreEqual(new[] { "v2.0", "v1.9", "v1.10", "v1.11-final" }, await TagsAsync(10));
        CollectionAssert.AreEqual(new[] { "v1.10", "v1.11-final" }, await TagsAsync(2));
        CollectionAssert.AreEqual(new[] { "v2.0", "v1.11" }, await TagsAsync(10, "v2*", "v1.11"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => TagsAsync(10, "release/*"));
        Assert.AreEqual(DiagnosticCode.NoGitTags, failure.Code);
        StringAssert.Contains(failure.Message, "release/*");
    }

    [TestMethod]
    public async Task Each_tag_is_published_and_nothing_of_it_stays()
    {
        for (var number = 1; number <= 5; number++)
        {
            await CommitAsync(number == 3 ? "broken" : $"version {number}", $"2026-01-0{number}", $"v{number}");
        }

        var before = await StateAsync();
        var images = await ReadAsync();

        CollectionAssert.AreEqual(new[] { "v1", "v2", "v4", "v5" }, images.Select(image => image.Name).ToList());
        CollectionAssert.AreEqual(new[] { "app.dll", "steady.txt" }, images[0].Files.Select(file => file.RelativePath).ToList());
        Assert.HasCount(4, images.Select(image => image.Files[0].State).Distinct().ToList());
        Assert.HasCount(1, images.Select(image => image.Files[1].State).Distinct().ToList());
        var (code, text) = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.TagSkipped, code);
        Assert.AreEqual("The tag v3 is left out: it cannot be published: src/App/App.cs(1,1): error CS0001: broken.", text);
        CollectionAssert.Contains(_reporter.Messages.ToList(), "tag v1, 1 of 5: publishing src/App/");
        Assert.AreEqual(before, await StateAsync());
        Assert.IsEmpty(Directory.GetDirectories(_folder["temporary"]));
    }

    [TestMethod]
    public async Task Properties_go_along_but_not_those_that_say_where_output_goes()
    {
        for (var number = 1; number <= 4; number++)
        {
            await CommitAsync($"version {number}", $"2026-01-0{number}", $"v{number}");
        }

        await ReadAsync(properties: new()
        {
            ["Feature"] = "a;b%",
            ["SolutionDir"] = _folder["repository"] + "/src/",
            ["PublishDir"] = _folder["outside"],
            ["ContainerizeLayoutFrom"] = "tags",
            ["_IsPublishing"] = "true",
        });

        var arguments = (await File.ReadAllLinesAsync(_folder["arguments"])).ToList();
        CollectionAssert.Contains(arguments, "-p:Feature=a%3Bb%25");
        Assert.Contains("/tree/src/", arguments.Single(argument => argument.StartsWith("-p:SolutionDir=", StringComparison.Ordinal)));
        CollectionAssert.Contains(arguments, "-p:ContainerizeOnPublish=false");
        Assert.DoesNotContain("PublishDir", string.Concat(arguments));
        Assert.DoesNotContain("ContainerizeLayoutFrom", string.Concat(arguments));
        Assert.DoesNotContain("_IsPublishing", string.Concat(arguments));
    }

    [TestMethod]
    public async Task Too_few_tags_that_can_be_published_are_an_error()
    {
        for (var number = 1; number <= 5; number++)
        {
            await CommitAsync(number < 3 ? "broken" : $"version {number}", $"2026-01-0{number}", $"v{number}");
        }

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ReadAsync());

        Assert.AreEqual(DiagnosticCode.TooFewImages, failure.Code);
        StringAssert.Contains(failure.Message, "3 of 5 tags");
    }

    [TestMethod]
    public async Task A_cancelled_build_leaves_nothing_behind()
    {
        await CommitAsync("wait", "2026-01-01", "v1");
        var before = await StateAsync();
        using var stop = new CancellationTokenSource();

        var reading = ReadAsync(cancellationToken: stop.Token);
        while (!File.Exists(_folder["waiting"]))
        {
            await Task.Delay(20);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => reading);
        Assert.AreEqual(before, await StateAsync());
        Assert.IsEmpty(Directory.GetDirectories(_folder["temporary"]));
    }

    [TestMethod]
    public async Task Submodules_and_pointers_of_large_files_are_told_once()
    {
        await CommitAsync("version 0", "2026-01-01", "v0");
        for (var number = 1; number <= 4; number++)
        {
            _folder.Write("repository/.gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = ../x\n");
            _folder.Write("repository/src/App/steady.txt", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
            await CommitAsync($"version {number}", $"2026-01-0{number}", $"v{number}");
        }

        await ReadAsync();

        Assert.HasCount(2, _reporter.Warnings.Where(warning => warning.Code == DiagnosticCode.TagIncomplete).ToList());
        StringAssert.Contains(_reporter.AllText, "The tag v1 has submodules");
        StringAssert.Contains(_reporter.AllText, "'steady.txt' is only the pointer");
    }

    [TestMethod]
    public async Task What_is_no_repository_is_an_error()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => GitRepository.FindAsync("/usr/bin/git", "/", default));
        Assert.AreEqual(DiagnosticCode.NoGitTags, failure.Code);
        failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => GitRepository.FindAsync(null, "/", default));
        StringAssert.Contains(failure.Message, "PATH");
    }

    private async Task<IReadOnlyList<PastImage>> ReadAsync(
        Dictionary<string, string>? properties = null, CancellationToken cancellationToken = default)
    {
        // What stands for dotnet: publish PROJECT … -o OUTPUT …
        var program = _folder["dotnet"];
        AtomicFile.Write(program, Encoding.UTF8.GetBytes($"""
            #!/bin/sh
            printf '%s\n' "$@" > '{_folder["arguments"]}'
            while [ "$1" != -o ]; do [ "$1" = publish ] && project=$2; shift; done
            source=$(dirname "$project")
            text=$(cat "$source/App.cs")
            [ "$text" = wait ] && echo > '{_folder["waiting"]}' && sleep 60
            if [ "$text" = broken ]; then echo "$source/App.cs(1,1): error CS0001: broken [$project]"; exit 1; fi
            mkdir -p "$2"; cp "$source/App.cs" "$2/app.dll"; cp "$source/steady.txt" "$2"
            """), FileModes.Executable);
        var temporary = Directory.CreateDirectory(_folder["temporary"]).FullName;
        var repository = await GitRepository.FindAsync("/usr/bin/git", Project, cancellationToken);
        var history = new TagHistory(
            repository, new(program, repository.Root, "src/App/App.csproj", properties ?? []), new(withoutSymbols: false, _reporter),
            _reporter, temporary);
        return await history.ReadAsync(await repository.TagsAsync([], 10, cancellationToken), cancellationToken);
    }

    private async Task<string[]> TagsAsync(int last, params string[] patterns)
    {
        var repository = await GitRepository.FindAsync("/usr/bin/git", Project, default);
        return [.. (await repository.TagsAsync(patterns, last, default)).Select(tag => tag.Name)];
    }

    private async Task CommitAsync(string text, string date, string tag, params string[] message)
    {
        if (!Directory.Exists(_folder["repository"]))
        {
            _folder.Write("repository/src/App/App.csproj", "<Project />");
            _folder.Write("repository/src/App/steady.txt", "steady");
            await GitAsync("init", "-q", "-b", "main");
        }

        _folder.Write("repository/src/App/App.cs", text);
        await GitAsync("add", "-A");
        await GitAsync(
            new Dictionary<string, string?> { ["GIT_COMMITTER_DATE"] = date + "T00:00:00Z" }, "commit", "-q", "--allow-empty", "-m", tag);
        await GitAsync(["tag", .. message, tag]);
    }

    /// <summary>All that git knows of the working tree, and its worktrees.</summary>
    private async Task<string> StateAsync() => string.Join(
        '\n', await GitAsync("status", "--porcelain"), await GitAsync("worktree", "list"), await GitAsync("rev-parse", "HEAD"),
        await GitAsync("ls-files", "--stage"));

    private Task<string> GitAsync(params string[] arguments) => GitAsync(new Dictionary<string, string?>(), arguments);

    private async Task<string> GitAsync(Dictionary<string, string?> environment, params string[] arguments) =>
        (await ProcessRunner.RunAsync(
            "git", ["-C", _folder["repository"], "-c", "user.name=n", "-c", "user.email=e@example.com", .. arguments],
            environment: environment)).EnsureSuccess().Output;
}
