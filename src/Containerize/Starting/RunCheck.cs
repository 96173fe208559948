using System.Globalization;
using Containerize.Images;

namespace Containerize.Starting;

/// <summary>Whether what the image says of how it runs fits what is in it: user, directories, ports, health check, signal.</summary>
/// <param name="files">The image.</param>
/// <param name="user">Who runs it.</param>
internal sealed class RunCheck(StartedImage files, ImageUser user)
{
    private const int FirstFreePort = 1024;
    private const int LastSignal = 64;
    private const string Shell = "/bin/sh";

    // signal(7). A name may begin with SIG, and real-time signals are counted from either end.
    private static readonly string[] s_signals =
    [
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR",
        "QUIT",
        "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
    ];

    /// <summary>Finds the user that the image runs as.</summary>
    /// <param name="found">The user; null when there is none.</param>
    /// <returns>The reason when there is none.</returns>
    internal static StartFinding? FindUser(StartedImage files, out ImageUser? found)
    {
        var text = files.Config.User;
        if (files.Users.Find(text) is { } id)
        {
            found = new ImageUser(id, files.Users.GroupsOf(text));
            return null;
        }

        found = null;
        return StartFinding.Certain(
            DiagnosticCode.StartUserMissing,
            $"The image would run as '{text}', which is not in its /etc/passwd and /etc/group, so no engine starts it. Set "
            + $"ContainerUser to a user of the base image, or to a number like 1654.");
    }

    /// <summary>Finds what does not fit.</summary>
    /// <param name="ports">The ports that the app is to listen on.</param>
    /// <param name="libraries">What a program lacks of libraries.</param>
    internal IEnumerable<StartFinding> Check(IEnumerable<Port> ports, Func<StartedProgram, IEnumerable<StartFinding>> libraries)
    {
        StartFinding?[] found = [Signal(), Directory(), .. files.Config.Volumes.Select(Volume), Privileged(ports)];
        return [.. found.OfType<StartFinding>(), .. Healthcheck(libraries)];
    }

    /// <summary>Whether there is a signal of that name or number.</summary>
    internal static bool IsSignal(string text)
    {
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number is > 0 and <= LastSignal
            : s_signals.Contains(name, StringComparer.OrdinalIgnoreCase) || IsRealTime(name.ToUpperInvariant());
    }

    private static bool IsRealTime(string name) => name is "RTMIN" or "RTMAX"
        || ((name.StartsWith("RTMIN+", StringComparison.Ordinal) || name.StartsWith("RTMAX-", StringComparison.Ordinal))
            && int.TryParse(name[6..], NumberStyles.None, CultureInfo.InvariantCulture, out var more) && more is > 0 and <= 30);

    private StartFinding? Signal() => files.Config.StopSignal is { Length: > 0 } signal && !IsSignal(signal)
        ? StartFinding.Certain(
            DiagnosticCode.StartSignalUnknown,
            $"Linux has no signal '{signal}', so no engine starts the image. Set ContainerStopSignal to one that exists, like SIGTERM.")
        : null;

    private StartFinding? Directory()
    {
        if (files.Find(files.WorkingDirectory) is not { } directory)
        {
            // Engines make it.
            return null;
        }

        if (directory.Children is null)
        {
            return StartFinding.Certain(
                DiagnosticCode.StartDirectoryUnusable,
                $"The working directory '{files.WorkingDirectory}' is a file in the image. Choose another ContainerWorkingDirectory.");
        }

        return user.MaySearch(directory) ? null : StartFinding.Likely(
            DiagnosticCode.StartDirectoryUnusable,
            $"The user '{files.Config.User}' may not enter the working directory '{files.WorkingDirectory}'. Choose another "
            + $"ContainerWorkingDirectory or ContainerUser, or make it a ContainerizeWritableDirectory.");
    }

    private StartFinding? Volume(string volume) =>
        user.IsRoot || (files.Find(files.Absolute(volume)) is { Children: not null } directory && user.MayWrite(directory)) ? null
        : StartFinding.Likely(
            DiagnosticCode.StartDirectoryUnusable,
            $"The volume '{volume}' will belong to root, and the user '{files.Config.User}' may not write to it. Add "
            + $"<ContainerizeWritableDirectory Include=\"{volume}\" />: a new volume gets the owner of the directory in the image.");

    private StartFinding? Privileged(IEnumerable<Port> ports) =>
        user.IsRoot || ports.FirstOrDefault(port => port.Number < FirstFreePort) is not { } low ? null
        : StartFinding.Likely(
            DiagnosticCode.StartPortPrivileged,
            $"The app is to listen on port {low.Number} as the user '{files.Config.User}', which Kubernetes, and older engines, allow root "
            + $"only. Choose a port from {FirstFreePort} on, like 8080.");

    private IEnumerable<StartFinding> Healthcheck(Func<StartedProgram, IEnumerable<StartFinding>> libraries)
    {
        var test = files.Config.HealthcheckTest;
        IReadOnlyList<string>? line = test switch
        {
            ["CMD", _, ..] => [.. test.Skip(1)],
            ["CMD-SHELL", var text, ..] => [Shell, "-c", text],
            _ => null,
        };
        if (line is null)
        {
            return [];
        }

        var refused = StartedLine.OfHealthcheck(files, user).Follow(line, out var started);
        var found = refused is null ? started.SelectMany(libraries) : [refused];
        return found.Take(1).Select(finding => StartFinding.Likely(
            DiagnosticCode.StartHealthcheckMissing, $"{(Message)finding.Text} Until then, engines report the app as unhealthy."));
    }
}
