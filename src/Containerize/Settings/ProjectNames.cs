using Containerize.Settings.Names;

namespace Containerize.Settings;

/// <summary>Reads the files in which the project declares its settings. There are none in the inner build of a platform.</summary>
internal static class ProjectNames
{
    /// <summary>Warns of names that are nearly one of ours.</summary>
    /// <param name="commandLine">The names of the properties of the command line.</param>
    /// <param name="reporter">Takes the warnings.</param>
    /// <returns>The project's own file; null when it has none, or this build does not look into it.</returns>
    internal static ProjectFile? Check(ProjectSettings project, IEnumerable<string> commandLine, IReporter reporter)
    {
        var paths = project.Of(ItemKind.ProjectFile).Select(item => project.FullPath(item.Identity)).ToList();
        if (paths.Count == 0)
        {
            return null;
        }

        var files = ProjectFiles.Read(project.Directory, paths);
        new NameCheck(files).Warn(commandLine, reporter);
        return files.FirstOrDefault(file => file.Path == paths[0]);
    }
}
