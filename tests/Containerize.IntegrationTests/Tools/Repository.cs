using System.Reflection;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The clone that the tests belong to.</summary>
internal static class Repository
{
    internal static string Root { get; } = typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    internal static string SdkDirectory => Path.Combine(Root, "sdk");
}
