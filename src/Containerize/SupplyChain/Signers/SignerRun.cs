using System.Text;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>
/// Runs a program that signs. What it prints may hold tokens and PINs: nothing of it is shown but the error codes of Notation's protocol.
/// </summary>
/// <param name="program">The program's full path.</param>
/// <param name="timeout">How long it may take; a key in hardware may wait for a finger.</param>
internal sealed class SignerRun(string program, TimeSpan timeout)
{
    /// <summary>How long a program may take by itself.</summary>
    internal static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    private const int MaxAnswer = 16 * 1024 * 1024;

    private static readonly string[] s_errorCodes =
        ["VALIDATION_ERROR", "UNSUPPORTED_CONTRACT_VERSION", "ACCESS_DENIED", "TIMEOUT", "THROTTLED", "ERROR"];

    /// <summary>Runs the program to its end.</summary>
    /// <param name="arguments">The command, then its arguments.</param>
    /// <param name="input">What it reads.</param>
    /// <returns>What it printed.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SignerFailed"/> or
    /// <see cref="DiagnosticCode.SignerAnswerInvalid"/>.</exception>
    internal async Task<byte[]> RunAsync(
        IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        using var answer = new Answer();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var reply = await ProgramRun.RunAsync(
                program, arguments, (stream, token) => FeedAsync(stream, input, token), answer, limit.Token);
            return reply.ExitCode == 0 ? answer.ToArray() : throw Failed(
                arguments[0], $"it ended with exit code {reply.ExitCode}{ErrorCodeOf(reply.Error)}");
        }
        catch (ProgramException failure)
        {
            throw Failed(arguments[0], $"it {failure.Message.TrimEnd('.')}", failure);
        }
        catch (AnswerTooLargeException)
        {
            throw Invalid(arguments[0], $"it is longer than {ByteSize.Format(MaxAnswer)}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failed(arguments[0], $"it did not end within {timeout.TotalSeconds:0} seconds, and was ended");
        }
    }

    /// <summary>Runs a command of Notation's protocol: JSON in, JSON out.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SignerFailed"/> or
    /// <see cref="DiagnosticCode.SignerAnswerInvalid"/>.</exception>
    internal async Task<JsonObject> AskAsync(string command, JsonObject request, CancellationToken cancellationToken) => Read(
        command, "no JSON", await RunAsync([command], OciJson.Write(request), cancellationToken), static answer =>
            OciJson.ReadObject(answer, "answer", "a signer"));

    /// <summary>Reads a part of an answer. What the reader says of it is not shown: it may quote the answer.</summary>
    /// <param name="what">What is wrong when it cannot be read.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SignerAnswerInvalid"/>.</exception>
    internal T Read<T>(string command, string what, byte[] answer, Func<byte[], T> read)
    {
        try
        {
            return read(answer);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidArchive)
        {
            throw Invalid(command, $"it is {what}");
        }
        catch (Exception failure) when (DamagedSignature.IsOne(failure))
        {
            throw Invalid(command, $"it is {what}");
        }
    }

    /// <summary>The failure of an answer that is not what the protocol asks for.</summary>
    /// <param name="command">The command that was answered.</param>
    /// <param name="why">Why, as a sentence without its end; nothing of the answer.</param>
    internal ContainerizeException Invalid(string command, Message why) => new(
        DiagnosticCode.SignerAnswerInvalid,
        $"The answer of the signer '{program}' to '{command}' cannot be used: {why}. Nothing was pushed. Its output is not shown, because "
            + $"it may hold secrets.");

    /// <summary>The failure of a signature that is not what was to be signed, or that its own certificate refuses.</summary>
    internal ContainerizeException Refused(Descriptor subject, Message why) => new(
        DiagnosticCode.SignatureRefused,
        $"The signature of {subject.Digest} that the signer '{program}' made is refused: {why}. Nothing was pushed.");

    private ContainerizeException Failed(string command, Message why, Exception? cause = null) => new(
        DiagnosticCode.SignerFailed,
        $"The signer '{program}' did not sign ('{command}'): {why}. Its output is not shown, because it may hold secrets: run the program "
            + $"by hand with this command to see it.",
        cause);

    // Some commands need no input, and end without reading it.
    private static async Task FeedAsync(Stream stream, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(input, cancellationToken);
        }
        catch (IOException)
        {
            // Its answer tells what it makes of that.
        }
    }

    private static Message ErrorCodeOf(string error)
    {
        try
        {
            var code = OciJson.ReadObject(Encoding.UTF8.GetBytes(error.Trim()), "error", "a signer").Text("errorCode");
            return s_errorCodes.Contains(code) ? $" and the error {code}" : $"";
        }
        catch (ContainerizeException)
        {
            return $"";
        }
    }

    private sealed class AnswerTooLargeException : Exception;

    private sealed class Answer : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (Length + count > MaxAnswer)
            {
                throw new AnswerTooLargeException();
            }

            base.Write(buffer, offset, count);
        }
    }
}
