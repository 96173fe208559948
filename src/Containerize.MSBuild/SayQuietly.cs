using System.Text;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>
/// Says what was built, in the process that has the terminal, for one that has none: <see cref="QuietOutput"/>. Called by
/// <see cref="ContainerizeTask"/>, through the project <c>quiet/dirs.proj</c>.
/// </summary>
public sealed class SayQuietly : Microsoft.Build.Utilities.Task
{
    /// <summary>What a quiet build says, as <see cref="Encode"/> writes it.</summary>
    [Required]
    public string Lines { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        var command = new CommandLine(Environment.GetCommandLineArgs());
        if (command is { IsQuiet: true, IsWorker: false })
        {
            QuietOutput.Say(Encoding.UTF8.GetString(Convert.FromBase64String(Lines)));
        }

        return true;
    }

    /// <summary>Writes lines as a property that MSBuild finds nothing to expand in.</summary>
    internal static string Encode(string lines) => Convert.ToBase64String(Encoding.UTF8.GetBytes(lines));
}
