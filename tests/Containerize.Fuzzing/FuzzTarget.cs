namespace Containerize.Fuzzing;

/// <summary>A reader of foreign bytes.</summary>
/// <param name="Name">Its name on the command line and in names of files.</param>
/// <param name="Read">Reads bytes; what it throws is a failure unless <paramref name="IsRefusal"/> says otherwise.</param>
/// <param name="Seeds">Bytes that it reads to the end, from which others are made.</param>
/// <param name="IsRefusal">Whether an exception is how it refuses bytes; its callers turn that into a message.</param>
internal sealed record FuzzTarget(string Name, Action<byte[]> Read, IReadOnlyList<byte[]> Seeds, Func<Exception, bool> IsRefusal)
{
    /// <summary>Feeds bytes.</summary>
    /// <returns>Whether they were taken.</returns>
    /// <exception cref="Exception">The reader failed in a way that its callers do not expect.</exception>
    internal bool Feed(byte[] bytes)
    {
        try
        {
            Read(bytes);
            return true;
        }
        catch (Exception failure) when (IsMessage(failure) || IsRefusal(failure))
        {
            return false;
        }
    }

    public override string ToString() => Name;

    private static bool IsMessage(Exception failure) => failure is ContainerizeException { Code: not DiagnosticCode.Unexpected };
}
