using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Copying;

/// <summary>A copy is whole where registries lose content, or only say that they have it.</summary>
[TestClass]
internal sealed class CopyHealingTests
{
    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task What_is_missing_when_the_tag_moves_is_sent_once_more(bool isManifest)
    {
        await using var lab = await CopyLab.StartAsync();
        lab.Target.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == "1.0").Once().Do(fault => fault.Reply(_ =>
        {
            if (isManifest)
            {
                lab.Target.RemoveManifest("prod/app", lab.Images[1].Descriptor.Digest);
            }
            else
            {
                lab.Target.RemoveBlob("prod/app", lab.Images[1].LayerDigest());
            }

            return Reply.Error(404, "MANIFEST_BLOB_UNKNOWN");
        }));

        await lab.CopyAsync(lab.TargetName);

        Assert.AreEqual(lab.Root.Digest, lab.Arrived!.Digest);
        Assert.HasCount(2, ImageValidator.Check(lab.Target, "prod/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    public async Task A_tag_that_never_finds_its_content_is_given_up()
    {
        await using var lab = await CopyLab.StartAsync();
        var puts = lab.Target.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == "1.0")
            .Do(fault => fault.Error(404, "MANIFEST_BLOB_UNKNOWN"));

        var failure = await lab.FailAsync(lab.TargetName);

        Assert.AreEqual(DiagnosticCode.RegistryContentMissing, failure.Code);
        Assert.AreEqual(2, puts.Count);
        Assert.IsNull(lab.Arrived);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task Referrers_that_a_clean_up_removed_are_copied_again(bool hasApi)
    {
        await using var lab = await CopyLab.StartAsync(new() { Referrers = hasApi }, new() { Referrers = hasApi });
        var subjects = await lab.TellAsync();
        await lab.CopyAsync(lab.TargetName);
        var referrer = (await lab.ReferrersAsync(lab.Target, "prod/app", subjects[1]))[0].Digest;
        lab.Target.RemoveManifest("prod/app", referrer);

        await lab.CopyAsync(lab.TargetName);

        Assert.IsNotNull(lab.Target.FindManifest("prod/app", $"{referrer}"));
    }
}
