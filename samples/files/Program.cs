var app = WebApplication.CreateBuilder(args).Build();

// Reads a file that belongs to the app's user, and writes into the one directory that it may write to.
app.MapGet("/", () =>
{
    const string Note = "/data/note.txt";
    File.WriteAllText(Note, File.ReadAllText("/etc/greeting.txt").Trim());
    return $"{File.ReadAllText(Note)}; {(CanWrite("/app/note.txt") ? "writes" : "does not write")} to /app; uid {UserId()}";
});

app.Run();

static bool CanWrite(string path)
{
    try
    {
        File.WriteAllText(path, "");
        return true;
    }
    catch (UnauthorizedAccessException)
    {
        return false;
    }
}

static string UserId() =>
    File.ReadLines("/proc/self/status").First(line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];
