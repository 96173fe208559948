using System.Reflection;
using System.Runtime.Loader;
using Containerize.Files;

namespace Containerize.MSBuild;

/// <summary>
/// The libraries that the tasks of all platforms share. A platform's directory has only what is compiled for it, and MSBuild
/// looks for a library beside the tasks only; the one directory above has the others.
/// </summary>
internal static class SharedLibraries
{
    /// <summary>Lets libraries be found there. To be called once, before the first task runs.</summary>
    internal static void Use()
    {
        var tasks = typeof(SharedLibraries).Assembly;
        AssemblyLoadContext.GetLoadContext(tasks)!.Resolving += (context, name) => Find(context, name, tasks.Location);
    }

    private static Assembly? Find(AssemblyLoadContext context, AssemblyName name, string tasks)
    {
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(tasks) ?? "", "..", $"{name.Name}.dll"));
        return RegularFile.IsThere(path) ? context.LoadFromAssemblyPath(path) : null;
    }
}
