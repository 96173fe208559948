using System.Text;

namespace Containerize.Testing.Images;

/// <summary>A program of .NET with its app inside, as <c>PublishSingleFile</c> makes it: a host, the app's files, and a header.</summary>
internal static class TestBundle
{
    /// <summary>What the host has behind the place of the header.</summary>
    public static byte[] Mark => Convert.FromHexString("8B1202B96A612038727B930214D7A03213F5B9E6EFAE3318EE3B2DCE24B36AAE");

    /// <summary>The file of such a program.</summary>
    /// <param name="host">The host, without a mark.</param>
    /// <param name="config">The app's <c>runtimeconfig.json</c>.</param>
    /// <param name="version">The version of the header's form.</param>
    public static byte[] Of(byte[] host, string config, uint version = 6)
    {
        var text = Encoding.UTF8.GetBytes(config);
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file, Encoding.UTF8);
        writer.Write(host);
        var placeOfHeader = file.Position;
        writer.Write(0L);
        writer.Write(Mark);
        var placeOfConfig = file.Position;
        writer.Write(text);
        var header = file.Position;
        writer.Write(version);
        writer.Write(0U);
        writer.Write(1);
        writer.Write("AbCdEfGhIjKl");
        writer.Write(0L);
        writer.Write(0L);
        writer.Write(placeOfConfig);
        writer.Write((long)text.Length);
        writer.Write(0UL);
        writer.Flush();
        file.Position = placeOfHeader;
        writer.Write(header);
        writer.Flush();
        return file.ToArray();
    }
}
