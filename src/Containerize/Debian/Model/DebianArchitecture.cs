using Containerize.Oci;

namespace Containerize.Debian.Model;

/// <summary>Debian's words for architectures: the only table of them.</summary>
internal static class DebianArchitecture
{
    /// <summary>Debian's word for what a platform's programs are made for.</summary>
    /// <returns>The word; null where Debian has no packages.</returns>
    internal static string? Of(Platform platform)
    {
        var cpu = Cpu.Of(platform);
        return platform.Os != "linux" ? null : (cpu.Architecture, cpu.Variant) switch
        {
            ("amd64" or "arm64" or "s390x" or "riscv64" or "loong64", _) => cpu.Architecture,
            ("386", _) => "i386",
            // armhf is for v7 on; its C library is another one than that of armel.
            ("arm", "v5" or "v6") => "armel",
            ("arm", _) => "armhf",
            ("mips64le", _) => "mips64el",
            ("ppc64le", _) => "ppc64el",
            _ => null,
        };
    }
}
