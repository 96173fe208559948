using Containerize.Dockerfiles;

namespace Containerize.Tests.Dockerfiles;

[TestClass]
internal sealed class RunCommandsTests
{
    [TestMethod]
    [DataRow("apt-get install -y a1 b2", "a1\nb2")]
    [DataRow("apt-get -o Acquire::Retries=3 install -y libgdiplus", "libgdiplus")]
    [DataRow("apt-get --option Acquire::Retries=3 install libgdiplus", "libgdiplus")]
    [DataRow("apt-get --option=Acquire::Retries=3 -oDpkg::Use-Pty=0 -o=X=Y install libgdiplus", "libgdiplus")]
    [DataRow("apt-get -c file -qq install --config-file other libgdiplus", "libgdiplus")]
    [DataRow("apt-get -q=2 -yqqo X=Y install -- libgdiplus", "libgdiplus")]
    [DataRow("apt-get install libgdiplus -t trixie-backports tini", "libgdiplus\ntini")]
    [DataRow("apt-get install -ttrixie-backports --target-release=x --default-release y libgdiplus", "libgdiplus")]
    [DataRow("apt install -y fontconfig=2.15.0-1.1 g++ libc6", "fontconfig Version=2.15.0-1.1\ng++\nlibc6")]
    [DataRow("DEBIAN_FRONTEND=noninteractive apt-get install -y tzdata", "tzdata")]
    [DataRow("A=1 B='x y' apt-get install tzdata", "tzdata")]
    [DataRow("env -i -u X DEBIAN_FRONTEND=noninteractive apt-get install tzdata", "tzdata")]
    [DataRow("sudo -E -u root A=1 apt-get install tzdata", "tzdata")]
    [DataRow("apt-get update && apt-get install -y tzdata # and clocks", "tzdata")]
    [DataRow("apt-get install curl tini; apt-get purge -y --auto-remove curl", "tini")]
    [DataRow("apt-get install -s tini; apt-get install --download-only tini; apt-get -yd install tini", "")]
    [DataRow("apt-get install tini- *fonts* libfoo/trixie-backports libc6:i386 ./local.deb", "")]
    public void Packages_are_those_that_apt_installs(string run, string packages) =>
        Assert.AreEqual(packages, Imported.Of($"RUN {run}").Items("ContainerizeDebianPackage"));

    [TestMethod]
    [DataRow("apt-get update")]
    [DataRow("apt-get -qq clean")]
    [DataRow("apt-get -o Acquire::Retries=3 update")]
    [DataRow("apt-get -s install tini")]
    [DataRow("apt-get install tini && apt-get remove tini")]
    [DataRow("apt list --installed")]
    [DataRow("A=1")]
    [DataRow("# nothing")]
    [DataRow("set -ex; rm -rf /var/lib/apt/lists/* /tmp/x")]
    [DataRow("cd /tmp && rm -rf cache")]
    [DataRow("dotnet tool restore")]
    public void What_has_no_effect_is_not_needed(string run)
    {
        var notes = Imported.Of($"RUN {run}").Notes.Where(note => note.Instruction == "RUN").ToList();

        Assert.IsTrue(notes.TrueForAll(note => note.Kind == ImportNoteKind.NotNeeded), string.Join('\n', notes));
    }

    [TestMethod]
    [DataRow("mkdir /data && chmod 777 /data", "/data Mode=0777 Owner=0:0")]
    [DataRow("mkdir -p /a /b /c; chmod -R u=rwx,g=rx,o= /a /c/", "/a Mode=0750 Owner=0:0\n/b Owner=0:0\n/c Mode=0750 Owner=0:0")]
    [DataRow("mkdir /data && chown 5:6 /data && chmod 2775 /data", "/data Mode=2775 Owner=5:6")]
    [DataRow("mkdir -m 700 /data && cd / && chmod 755 data", "/data Mode=0755 Owner=0:0")]
    public void A_directory_that_is_made_has_the_mode_that_it_gets(string run, string expected)
    {
        var project = Imported.Of($"RUN {run}");

        Assert.AreEqual(expected, project.Items("ContainerizeWritableDirectory"));
        Assert.IsFalse(project.Notes.Any(note => note.Instruction == "RUN" && note.Kind != ImportNoteKind.NotNeeded));
    }

    [TestMethod]
    [DataRow("COPY start.sh /start.sh", "/start.sh", "start.sh TargetPath=/start.sh Owner=5:6", "")]
    [DataRow("COPY a b /bin/", "/bin/b", "a TargetPath=/bin/\nb TargetPath=/bin/ Owner=5:6", "")]
    [DataRow("COPY --chown=7:7 ./a /", "/a", "a TargetPath=/ Owner=5:6", "")]
    [DataRow("COPY certs /certs", "/certs", "certs TargetPath=/certs", "/certs Owner=5:6")]
    [DataRow("COPY a /b", "/c", "a TargetPath=/b", "/c Owner=5:6")]
    public void A_file_that_is_copied_has_the_owner_that_it_gets(string copy, string path, string files, string directories)
    {
        var project = Imported.Of($"{copy}\nRUN chown 5:6 {path}");

        Assert.AreEqual(files, project.Items("ContainerizeFile"));
        Assert.AreEqual(directories, project.Items("ContainerizeWritableDirectory"));
    }

    [TestMethod]
    [DataRow("mkdir /data && chmod g+w /data")]
    [DataRow("mkdir /data && chmod 777 /data /other")]
    [DataRow("chmod 755 /start.sh")]
    [DataRow("chmod -x /start.sh")]
    [DataRow("mkdir -p /app && chmod 777 /app")]
    public void A_mode_that_is_not_set_is_to_be_checked(string run)
    {
        var project = Imported.Of($"RUN {run}");

        Assert.Contains("Check: ", project.Notes("RUN"));
        Assert.DoesNotContain("Mode=", project.Items("ContainerizeWritableDirectory"));
    }

    [TestMethod]
    [DataRow("ldconfig")]
    [DataRow("cp -a /x /y; ldconfig /usr/local/lib")]
    public void Libraries_that_only_a_cache_finds_are_to_be_checked(string run) =>
        Assert.Contains("LD_LIBRARY_PATH", Imported.Of($"RUN {run}").Notes("RUN"));

    [TestMethod]
    [DataRow("apt-get upgrade -y")]
    [DataRow("apt-get -o X=Y dist-upgrade")]
    [DataRow("apt full-upgrade")]
    [DataRow("apt-get autoremove -y")]
    [DataRow("apt-get purge curl")]
    [DataRow("apt-get install tini && apt-get remove tini curl")]
    [DataRow("apt-get source tini")]
    [DataRow("apt-get build-dep tini")]
    [DataRow("apt-get install --only-upgrade tini")]
    [DataRow("apt-get install -f")]
    [DataRow("apt-get what-comes-later")]
    [DataRow("A=1 make install")]
    [DataRow("apk --repository http://x add tini")]
    [DataRow("chown --reference=/a /b")]
    [DataRow("rm -rf /tmpfiles")]
    [DataRow("dotnet tool install -g dotnet-trace")]
    [DataRow("dotnet dev-certs https")]
    public void What_has_another_effect_or_is_not_known_has_no_counterpart(string run) =>
        Assert.Contains("NoCounterpart: ", Imported.Of($"RUN {run}").Notes("RUN"));

    [TestMethod]
    [DataRow("<<EOF\nset -e\n# tini\napt-get install \\\n  tini\nEOF", "tini")]
    [DataRow("<<EOF\n#!/bin/bash -e\napt-get install tini\nEOF", "tini")]
    [DataRow("<<EOF\n#!/usr/bin/env bash\napt-get install tini\nEOF", "tini")]
    [DataRow("<<EOF bash\napt-get install tini\nEOF", "tini")]
    [DataRow("<<EOF\n#!/usr/bin/python3\napt-get install tini\nEOF", "")]
    [DataRow("cat <<EOF\napt-get install tini\nEOF", "")]
    [DataRow("sh x.sh <<EOF\napt-get install tini\nEOF", "")]
    [DataRow("<<A <<B\napt-get install tini\nA\nx\nB", "")]
    public void A_here_document_is_a_script_where_it_is_all_that_a_shell_gets(string run, string packages)
    {
        var project = Imported.Of($"RUN {run}");

        Assert.AreEqual(packages, project.Items("ContainerizeDebianPackage"));
        Assert.AreEqual(packages.Length == 0, project.Notes("RUN").Contains("NoCounterpart", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Another_suite_is_an_archive_of_its_own() =>
        Assert.Contains("trixie-backports", Imported.Of("RUN apt-get install -t trixie-backports tini").Notes("RUN"));

    [TestMethod]
    public void Packages_of_Alpine_are_named_without_options() => Assert.Contains(
        "(tini, tzdata)", Imported.Of("RUN apk --no-cache add -X http://x --virtual .deps tini tzdata").Notes("RUN"));

    [TestMethod]
    [DataRow("mkdir -p /data add", "/data Owner=0:0\n/app/add Owner=0:0")]
    [DataRow("mkdir -m 770 /data", "/data Mode=0770 Owner=0:0")]
    [DataRow("mkdir --mode=1777 /data && chown -R 5:6 /data", "/data Mode=1777 Owner=5:6")]
    [DataRow("mkdir -m u=rwx /data", "/data Owner=0:0")]
    [DataRow("mkdir /data && chown --from 0 -- 5:6 /data && chown 7:8 /data", "/data Owner=7:8")]
    [DataRow("cd /srv && mkdir data && cd data/.. && chown 5:6 data", "/srv/data Owner=5:6")]
    [DataRow("umask 0 && sudo mkdir /data", "/data Owner=0:0")]
    public void Directories_are_those_that_mkdir_and_chown_name(string run, string directories) =>
        Assert.AreEqual(directories, Imported.Of($"RUN {run}").Items("ContainerizeWritableDirectory"));

    [TestMethod]
    [DataRow("cd src && A=1 dotnet publish -o /out", "src")]
    [DataRow("env CI=true dotnet publish src -o /out", "src")]
    public void A_publish_is_found_behind_what_changes_how_it_runs(string run, string project) =>
        Assert.AreEqual(project, Imported.Read($"FROM sdk AS build\nCOPY . .\nRUN {run}\nFROM x\nCOPY --from=build /out /app").Project);

    [TestMethod]
    public void What_a_build_does_besides_building_is_checked_behind_assignments() => Assert.Contains(
        "Check: if the build needs it", Imported.Read("FROM sdk AS build\nRUN CI=1 npm ci\nFROM x\nCOPY publish /app").Notes("RUN"));
}
