namespace Containerize.Testing.Images;

/// <summary>An image, layout or archive breaks a rule; the message says which and where.</summary>
internal sealed class InvalidImageException(string message, Exception? innerException = null) : Exception(message, innerException);
