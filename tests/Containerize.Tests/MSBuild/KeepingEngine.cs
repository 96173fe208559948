using Microsoft.Build.Framework;
using Moq;

namespace Containerize.Tests.MSBuild;

/// <summary>A build engine that keeps objects for the tasks of a build, as MSBuild does: the first object of a key stays.</summary>
internal sealed class KeepingEngine : IDisposable
{
    private readonly Dictionary<object, object> _kept = [];

    internal KeepingEngine()
    {
        var engine = new Mock<IBuildEngine4>();
        engine.Setup(build => build.RegisterTaskObject(It.IsAny<object>(), It.IsAny<object>(), RegisteredTaskObjectLifetime.Build, false))
            .Callback((object key, object made, RegisteredTaskObjectLifetime _, bool _) => _kept.TryAdd(key, made));
        engine.Setup(build => build.GetRegisteredTaskObject(It.IsAny<object>(), RegisteredTaskObjectLifetime.Build))
            .Returns((object key, RegisteredTaskObjectLifetime _) => _kept.GetValueOrDefault(key)!);
        Engine = engine.Object;
    }

    internal IBuildEngine4 Engine { get; }

    internal IReadOnlyCollection<object> Kept => _kept.Values;

    /// <summary>Ends the build.</summary>
    public void Dispose()
    {
        foreach (var made in _kept.Values.OfType<IDisposable>())
        {
            made.Dispose();
        }

        _kept.Clear();
    }
}
