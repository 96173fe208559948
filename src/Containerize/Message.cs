using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Containerize;

/// <summary>
/// A sentence for users. Text that is put into it (from a registry, a file, the project) is cleaned and cut by <see cref="Printable"/>;
/// what stands literally in the code is not. So no caller has to remember it: <c>$"The file '{name}' …"</c> is safe where a message is
/// expected.
/// </summary>
/// <remarks>A class: methods of the framework for a list of structures would be compiled in every build that says something.</remarks>
[InterpolatedStringHandler]
internal sealed class Message
{
    private readonly StringBuilder _text;

    public Message(int literalLength, int formattedCount) => _text = new(literalLength + (formattedCount * 16));

    private Message(string text) => _text = new(text);

    /// <summary>Text that was put together elsewhere: cleaned as a whole, not cut.</summary>
    public static implicit operator Message(string? text) => new(Printable.CleanLine(text));

    public void AppendLiteral(string literal) => _text.Append(literal);

    /// <summary>A part of a sentence, which may begin with a blank; foreign text often ends with some.</summary>
    public void AppendFormatted(string? foreign) => _text.Append(Printable.CleanLine(foreign, Printable.MaxLength).TrimEnd());

    /// <summary>A part that is a message itself: cleaned already.</summary>
    public void AppendFormatted(Message part) => _text.Append(part._text);

    public void AppendFormatted<T>(T value) => AppendFormatted(Convert.ToString(value, CultureInfo.InvariantCulture));

    /// <summary>A column of a table.</summary>
    public void AppendFormatted(string? foreign, int alignment)
    {
        var text = Printable.Clean(foreign);
        _text.Append(alignment < 0 ? text.PadRight(-alignment) : text.PadLeft(alignment));
    }

    public void AppendFormatted<T>(T value, string? format)
        where T : IFormattable => _text.Append(value.ToString(format, CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
