using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>
/// Objects that the tasks of one build share. The build engine keeps them and disposes them at the end of the build. An engine that
/// keeps none gives each task its own, which is disposed with this.
/// </summary>
/// <param name="engine">The engine that runs the task.</param>
internal sealed class BuildObjects(IBuildEngine engine) : IDisposable
{
    private readonly List<IDisposable> _own = [];

    /// <summary>The object of a name; it is made unless a task of this build has made it.</summary>
    /// <typeparam name="T">What it is; another version of this assembly has types, and so objects, of its own.</typeparam>
    /// <param name="name">Its name among the objects of this type.</param>
    /// <param name="create">Makes it; null when it cannot be made.</param>
    internal T? Get<T>(string name, Func<T?> create)
        where T : class, IDisposable
    {
        var key = (typeof(T), name);
        if (Find(key) is T found)
        {
            return found;
        }

        if (create() is not { } made)
        {
            return null;
        }

        Register(key, made);
        switch (Find(key))
        {
            case T kept when ReferenceEquals(kept, made):
                return made;
            case T first:
                // A task that runs at the same time was first.
                made.Dispose();
                return first;
            default:
                _own.Add(made);
                return made;
        }
    }

    public void Dispose()
    {
        _own.ForEach(made => made.Dispose());
        _own.Clear();
    }

    private object? Find(object key)
    {
        try
        {
            return (engine as IBuildEngine4)?.GetRegisteredTaskObject(key, RegisteredTaskObjectLifetime.Build);
        }
        catch (Exception failure) when (IsMissing(failure))
        {
            return null;
        }
    }

    private void Register(object key, object made)
    {
        try
        {
            (engine as IBuildEngine4)?.RegisterTaskObject(key, made, RegisteredTaskObjectLifetime.Build, allowEarlyCollection: false);
        }
        catch (Exception failure) when (IsMissing(failure))
        {
            // Each task has its own then.
        }
    }

    // Engines that are not MSBuild's own implement what they need.
    private static bool IsMissing(Exception failure) => failure is NotSupportedException or NotImplementedException;
}
