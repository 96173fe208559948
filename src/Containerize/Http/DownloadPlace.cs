namespace Containerize.Http;

/// <summary>A place to download content from.</summary>
/// <param name="Name">Its name in messages, without secrets.</param>
/// <param name="Host">The registry or host.</param>
/// <param name="OpenAsync">
/// Opens the content from a byte on. Throws <see cref="AbsentException"/> when the place does not have it, <see cref="TransientException"/>
/// when another try may help, <see cref="ContainerizeException"/> otherwise.
/// </param>
internal sealed record DownloadPlace(string Name, string Host, Func<long, CancellationToken, Task<OpenedContent>> OpenAsync);

/// <summary>Content that was opened.</summary>
/// <param name="Stream">Its bytes.</param>
/// <param name="Start">The position of the first of them: the one that was asked for, or an earlier one.</param>
internal sealed record OpenedContent(Stream Stream, long Start);

/// <summary>A place does not have the content.</summary>
/// <param name="place">The place.</param>
internal sealed class AbsentException(string place) : Exception($"{place} does not exist");
