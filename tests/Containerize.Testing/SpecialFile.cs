using System.Net.Sockets;

namespace Containerize.Testing;

/// <summary>
/// Puts something else where a file is expected. Reading a pipe without a writer waits for ever, and a device may have no end; the tests
/// that use these have a timeout.
/// </summary>
internal static class SpecialFile
{
    /// <summary>The kinds that <see cref="PutAsync"/> knows, for data rows.</summary>
    public const string Pipe = "pipe";

    /// <summary>A socket that listens to none.</summary>
    public const string Socket = "socket";

    /// <summary>A link to a device that never ends.</summary>
    public const string Device = "device";

    /// <summary>A link to a pipe.</summary>
    public const string LinkToPipe = "link to a pipe";

    /// <summary>An empty directory.</summary>
    public const string Directory = "directory";

    /// <summary>All of them.</summary>
    public static IEnumerable<object[]> All => [[Pipe], [Socket], [Device], [LinkToPipe], [Directory]];

    /// <summary>Puts one in the place of whatever is there.</summary>
    public static async Task PutAsync(string kind, string path)
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        File.Delete(path + ".pipe");
        switch (kind)
        {
            case Pipe:
                await MakePipeAsync(path);
                break;
            case Socket:
                // The name of a socket may have 107 bytes.
                var near = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
                using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
                {
                    socket.Bind(new UnixDomainSocketEndPoint(near));
                    File.Move(near, path);
                }

                break;
            case Device:
                File.CreateSymbolicLink(path, "/dev/zero");
                break;
            case LinkToPipe:
                await MakePipeAsync(path + ".pipe");
                File.CreateSymbolicLink(path, path + ".pipe");
                break;
            default:
                System.IO.Directory.CreateDirectory(path);
                break;
        }
    }

    private static async Task MakePipeAsync(string path) => (await ProcessRunner.RunAsync("mkfifo", [path])).EnsureSuccess();
}
