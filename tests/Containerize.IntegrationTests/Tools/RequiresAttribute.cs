namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// The test needs programs of the machine. Where one is missing, the test is skipped and says which; in strict mode (CI) it runs and fails.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RequiresAttribute : ConditionBaseAttribute
{
    private readonly string[] _programs;

    public RequiresAttribute(params string[] programs)
        : base(ConditionMode.Include)
    {
        _programs = programs;
        IgnoreMessage = $"Missing here: {string.Join(", ", Missing())}. tests/run installs them on Debian.";
    }

    public override string GroupName => nameof(RequiresAttribute) + string.Join(',', _programs);

    public override bool IsConditionMet => IsStrict || !Missing().Any();

    /// <summary>Whether a test without what it needs fails.</summary>
    internal static bool IsStrict => Environment.GetEnvironmentVariable("CONTAINERIZE_TESTS_STRICT") == "true";

    public IReadOnlyList<string> Programs => _programs;

    private IEnumerable<string> Missing() =>
        _programs.Where(program => program == "root" ? !Environment.IsPrivilegedProcess : Find(program) is null);

    private static string? Find(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);
}
