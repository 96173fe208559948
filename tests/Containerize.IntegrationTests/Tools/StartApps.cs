using Containerize.Inputs;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// Apps to start in images: one project of .NET, published in several ways, and programs of C. What the project does is its first argument.
/// </summary>
internal sealed class StartApps : IDisposable
{
    private const string RuntimePack = "Microsoft.NETCore.App.Runtime";

    private const string Program = """
        using System.Net.Security;
        using System.Security.Cryptography.X509Certificates;
        using SkiaSharp;

        switch (args.FirstOrDefault())
        {
            case "web":
                var app = WebApplication.CreateBuilder(args).Build();
                app.Start();
                await app.StopAsync();
                break;
            case "draw":
                using (var surface = SKSurface.Create(new SKImageInfo(8, 8)))
                {
                    surface.Canvas.Clear(SKColors.Red);
                }

                break;
            case "kerberos":
                var options = new NegotiateAuthenticationClientOptions { Package = "Kerberos", TargetName = "HTTP/a" };
                using (var negotiation = new NegotiateAuthentication(options))
                {
                    negotiation.GetOutgoingBlob(ReadOnlySpan<byte>.Empty, out var status);
                    if (status == NegotiateAuthenticationStatusCode.Unsupported)
                    {
                        return 3;
                    }
                }

                break;
            case "zone":
                Console.WriteLine(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin").BaseUtcOffset);
                break;
            case "crypto":
                using (var key = System.Security.Cryptography.RSA.Create(2048))
                {
                    Console.WriteLine(key.KeySize);
                }

                break;
            case "authorities":
                using (var client = new HttpClient())
                using (var store = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly))
                {
                    if (store.Certificates.Count == 0)
                    {
                        return 4;
                    }
                }

                break;
            default:
                Console.WriteLine("started");
                break;
        }

        return 0;
        """;

    private readonly TemporaryDirectory _directory = new();

    /// <summary>Where an app was published, by its name.</summary>
    internal string Of(string name) => _directory[name];

    /// <summary>The files of an app, each with where it comes from.</summary>
    internal IReadOnlyList<PublishedFile> FilesOf(string name) =>
        [.. PublishDirectory.List(Of(name), new Dictionary<string, FileOrigin>(), new HashSet<string>()).Select(file => file with
        {
            Origin = Path.GetFileName(file.RelativePath).StartsWith("probe", StringComparison.Ordinal) ? FileOrigin.App
                : file.RelativePath.Contains("Skia", StringComparison.Ordinal)
                    ? new FileOrigin(FileOriginKind.Package, "SkiaSharp.NativeAssets.Linux", "4.155.0")
                : new FileOrigin(FileOriginKind.RuntimePack, RuntimePack, "10.0.0"),
        })];

    /// <summary>Publishes and compiles all of them.</summary>
    internal static async Task<StartApps> CreateAsync()
    {
        var apps = new StartApps();
        await apps.PublishAsync();
        await apps.CompileAsync();
        return apps;
    }

    /// <inheritdoc/>
    public void Dispose() => _directory.Dispose();

    private async Task PublishAsync()
    {
        using var project = await TestProject.WebAsync(
            """
            <ItemGroup>
              <PackageReference Include="SkiaSharp" Version="4.155.0" />
              <PackageReference Include="SkiaSharp.NativeAssets.Linux" Version="4.155.0" />
            </ItemGroup>
            """,
            Program,
            "probe",
            SdkUse.None);
        await PublishAsync(project, "dependent", "-r", "linux-x64", "--no-self-contained");
        await PublishAsync(project, "contained", "-r", "linux-x64", "--self-contained");
        await PublishAsync(project, "musl", "-r", "linux-musl-x64", "--self-contained");
        await PublishAsync(project, "single", "-r", "linux-x64", "--self-contained", "-p:PublishSingleFile=true");
        await PublishAsync(project, "single-dependent", "-r", "linux-x64", "--no-self-contained", "-p:PublishSingleFile=true");
        foreach (var file in Directory.GetFiles(Of("dependent")))
        {
            _directory.Write($"newer/{Path.GetFileName(file)}", await File.ReadAllBytesAsync(file));
        }

        var config = _directory["newer/probe.runtimeconfig.json"];
        await File.WriteAllTextAsync(
            config, (await File.ReadAllTextAsync(config)).Replace("\"10.0.0\"", "\"10.99.0\"", StringComparison.Ordinal));
        using var native = await TestProject.ConsoleAsync(
            "<PropertyGroup><PublishAot>true</PublishAot></PropertyGroup>",
            "System.Console.WriteLine(string.Create(new System.Globalization.CultureInfo(\"de-DE\"), $\"{1.5}\"));",
            "probe",
            SdkUse.None);
        await PublishAsync(native, "native", "-r", "linux-x64");
    }

    private async Task PublishAsync(TestProject project, string name, params string[] arguments)
    {
        var result = await project.RunAsync(["publish", "-o", Of(name), "-p:DebugType=none", .. arguments]);
        Assert.AreEqual(0, result.ExitCode, result.Output);
    }

    private async Task CompileAsync()
    {
        var source = _directory.Write("c/probe.c", "#include <stdio.h>\nint main(void) { puts(\"started\"); return 0; }\n");
        await CompileAsync("c-dynamic", source);
        await CompileAsync("c-static", source, "-static");
        await CompileAsync("c-x86", _directory.Write("c/x86.c", Bare("int $0x80", 1)), "-nostdlib", "-static");

        // The same program, as made on a system with a newer C library.
        var old = await File.ReadAllBytesAsync(Path.Combine(Of("c-dynamic"), "probe"));
        var at = old.AsSpan().IndexOf("GLIBC_2.34"u8);
        Assert.IsGreaterThan(0, at, "The program has to ask for a version of the C library.");
        "GLIBC_2.99"u8.CopyTo(old.AsSpan(at));
        Write("c-too-new", old);

        // And for another processor: the number in the header is what the kernel looks at.
        var other = await File.ReadAllBytesAsync(Path.Combine(Of("c-static"), "probe"));
        other[18] = 183;
        Write("c-arm64", other);

        // musl's own C library, without glibc's headers and start files.
        await ProcessRunner.RunAsync("apt-get", ["download", "musl"], _directory["c"]);
        var package = Directory.GetFiles(_directory["c"], "musl_*.deb").Single();
        (await ProcessRunner.RunAsync("dpkg-deb", ["-x", package, Of("musl-libc")])).EnsureSuccess();
        await CompileAsync(
            "c-musl",
            _directory.Write("c/musl.c", "int puts(const char *); void _exit(int);\nvoid _start(void) { puts(\"started\"); _exit(0); }\n"),
            "-nostdlib",
            $"-L{Path.Combine(Of("musl-libc"), "lib/x86_64-linux-musl")}",
            "-l:libc.so",
            "-Wl,-dynamic-linker,/lib/ld-musl-x86_64.so.1",
            "-no-pie");
        Write("script", "#!/bin/sh\necho started\n"u8.ToArray());
        Write("script-windows", "#!/bin/sh\r\necho started\n"u8.ToArray());
        Write("script-python", "#!/usr/bin/env python3\nprint('started')\n"u8.ToArray());
        Write("text", "echo started\n"u8.ToArray());
    }

    private static string Bare(string call, int number) =>
        $"void _start(void) {{ __asm__ volatile (\"{call}\" :: \"a\"({number}), \"b\"(0)); for (;;) {{ }} }}\n";

    private async Task CompileAsync(string name, string source, params string[] options)
    {
        Directory.CreateDirectory(Of(name));
        (await ProcessRunner.RunAsync("gcc", ["-o", Path.Combine(Of(name), "probe"), source, .. options])).EnsureSuccess();
    }

    private void Write(string name, byte[] content) => _directory.Write($"{name}/probe", content);
}
