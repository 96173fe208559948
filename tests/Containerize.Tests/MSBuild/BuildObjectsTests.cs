using Containerize.MSBuild;
using Microsoft.Build.Framework;
using Moq;

namespace Containerize.Tests.MSBuild;

[TestClass]
internal sealed class BuildObjectsTests
{
    [TestMethod]
    public void Tasks_share_what_the_first_one_made_until_the_build_ends()
    {
        var build = new KeepingEngine();
        var first = new BuildObjects(build.Engine);
        var made = first.Get("name", () => new Thing())!;
        first.Dispose();

        using (var second = new BuildObjects(build.Engine))
        {
            Assert.AreSame(made, second.Get("name", Unwanted));
        }

        Assert.AreEqual(0, made.Disposals, "The build goes on.");
        build.Dispose();
        Assert.AreEqual(1, made.Disposals);
    }

    [TestMethod]
    public void Another_name_or_type_is_another_object()
    {
        using var build = new KeepingEngine();
        using var objects = new BuildObjects(build.Engine);
        var made = objects.Get("name", () => new Thing());

        Assert.AreNotSame(made, objects.Get("other", () => new Thing()));
        Assert.IsNotNull(objects.Get("name", () => new OtherThing()));
        Assert.HasCount(3, build.Kept);
    }

    [TestMethod]
    public void What_cannot_be_made_is_tried_again_by_the_next_task()
    {
        using var build = new KeepingEngine();
        using var objects = new BuildObjects(build.Engine);

        Assert.IsNull(objects.Get<Thing>("name", () => null));
        Assert.IsNotNull(objects.Get("name", () => new Thing()));
    }

    [TestMethod]
    public void Of_two_that_are_made_at_the_same_time_the_first_is_kept()
    {
        using var build = new KeepingEngine();
        using var objects = new BuildObjects(build.Engine);
        using var other = new BuildObjects(build.Engine);
        var late = new Thing();
        Thing? first = null;

        var got = objects.Get("name", () =>
        {
            first = other.Get("name", () => new Thing());
            return late;
        });

        Assert.AreSame(first, got);
        Assert.AreEqual(1, late.Disposals);
    }

    [TestMethod]
    [DataRow("old")]
    [DataRow("empty")]
    [DataRow("not supported")]
    [DataRow("not implemented")]
    public void An_engine_that_keeps_none_gives_each_task_its_own(string kind)
    {
        var engine = EngineThatKeepsNone(kind);
        var first = new BuildObjects(engine);
        using var second = new BuildObjects(engine);

        var own = first.Get("name", () => new Thing())!;
        Assert.AreNotSame(own, second.Get("name", () => new Thing()));

        first.Dispose();
        Assert.AreEqual(1, own.Disposals, "It ends with its task.");
    }

    private static IBuildEngine EngineThatKeepsNone(string kind)
    {
        if (kind == "old")
        {
            return Mock.Of<IBuildEngine>();
        }

        var engine = new Mock<IBuildEngine4>();
        Exception? failure = kind switch
        {
            "not supported" => new NotSupportedException(),
            "not implemented" => new NotImplementedException(),
            _ => null,
        };
        if (failure is not null)
        {
            engine.Setup(build => build.GetRegisteredTaskObject(It.IsAny<object>(), It.IsAny<RegisteredTaskObjectLifetime>()))
                .Throws(failure);
            engine.Setup(build => build.RegisterTaskObject(
                It.IsAny<object>(), It.IsAny<object>(), It.IsAny<RegisteredTaskObjectLifetime>(), It.IsAny<bool>())).Throws(failure);
        }

        return engine.Object;
    }

    private static Thing Unwanted() => throw new InvalidOperationException("It was made before.");

    private sealed class Thing : IDisposable
    {
        internal int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }

    private sealed class OtherThing : IDisposable
    {
        public void Dispose()
        {
        }
    }
}
