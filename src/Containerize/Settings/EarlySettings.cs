using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>
/// Judges what a project says of its image before the project is compiled: a tag with a blank need not cost the minutes until then. What
/// is not set yet is not judged: targets of the project, and the publish itself, may still set it. All is read again when the image is
/// built; nothing is decided here.
/// </summary>
internal static class EarlySettings
{
    /// <summary>Reads what there is.</summary>
    /// <param name="platform">What the image is for; null when it is for several.</param>
    /// <exception cref="ContainerizeException">A setting is wrong: what the build would say of it later.</exception>
    internal static void Check(ProjectSettings project, Platform? platform)
    {
        // Warnings are told by the build itself.
        var silence = SilentReporter.Instance;
        Switches.Check(project);
        var destinations = DestinationSettings.Read(project, silence);
        _ = ReuseSettings.Read(project, destinations);
        _ = PushSettings.Read(project, silence);
        _ = EvidenceSettings.Read(project, Environment.GetEnvironmentVariable);
        _ = SigningSettings.Read(project, Environment.GetEnvironmentVariable);
        _ = RegistrySettings.Read(project, BaseSettings.Read(project));
        _ = CacheSettings.Read(project, UserHome.Variable);
        _ = LayerWriting.Read(project);
        _ = LayerSettings.Rules(project);
        _ = LayerSettings.MaxLayers(project);
        _ = LayerSettings.Secrets(project);
        _ = ImageRequests.Format(project);
        _ = AnnotationItems.Read(project, AnnotationScope.Manifest);
        if (platform is not null)
        {
            CheckRun(project, new RunSettings(project, platform));
        }
    }

    private static void CheckRun(ProjectSettings project, RunSettings run)
    {
        if (project.One(ItemKind.Image)["WorkingDirectory"].Length > 0)
        {
            _ = run.WorkingDirectory();
        }

        _ = run.Instruction();
        _ = run.Ports;
        _ = run.Environment();
        _ = run.Volumes();
        _ = run.StopSignal();
        _ = run.Healthcheck();
    }
}
