using System.Text.RegularExpressions;

namespace Containerize.Debian.Packaging;

/// <summary>
/// Tells what will be missing because the scripts of a package are not run. Shell cannot be understood without running it; this knows the
/// programs that such scripts call, and names the others.
/// </summary>
internal static partial class MaintainerScripts
{
    private const int NamedCommands = 4;
    private const string Authorities = "certificate authorities that programs trust";

    private static readonly (string Effect, string[] Commands)[] s_effects =
    [
        ("users or groups", ["adduser", "addgroup", "useradd", "groupadd", "usermod", "systemd-sysusers"]),
        ("owners, permissions or capabilities of files", ["chown", "chmod", "chgrp", "setcap", "dpkg-statoverride", "systemd-tmpfiles"]),
        ("files that take the place of another package's", ["dpkg-divert"]),
        (
            "answers to questions of the configuration",
            ["db_get", "db_input", "db_go", "db_set", "db_version", "db_stop", "ucf", "debconf-apt-progress"]),
        ("the cache of fonts, which programs then make for themselves", ["fc-cache"]),
        (
            "caches of the desktop",
            ["update-mime-database", "update-desktop-database", "gtk-update-icon-cache", "update-icon-caches", "glib-compile-schemas",
                "gdk-pixbuf-query-loaders", "gio-querymodules"]),
        (Authorities, ["update-ca-certificates"]),
        ("locales", ["locale-gen", "update-locale", "localedef"]),
        ("files and links that the script makes", ["ln", "mkdir", "install", "cp", "mv", "touch", "ssl-cert", "make-ssl-cert", "tee"]),
    ];

    // They have no effect on files, or none in an image: nothing runs there as a service, and libraries are found without a cache.
    private static readonly HashSet<string> s_harmless = new(StringComparer.Ordinal)
    {
        "set", "exit", "echo", "test", "[", "true", "false", ":", "return", "local", "shift", "break", "continue", "export", "unset",
        "printf", "eval", "trap", "umask", "cd", "read", "rm", "rmdir", "grep", "sed", "cut", "awk", "cat", "sort", "tr", "wc", "head",
        "tail", "find", "xargs", "basename", "dirname", "readlink", "stat", "md5sum", "which", "command", "type", "id", "getent", "uname",
        "date", "ischroot", "dpkg", "dpkg-query", "dpkg-trigger", "dpkg-maintscript-helper", "dpkg-architecture", "ldconfig",
        "deb-systemd-helper", "deb-systemd-invoke", "systemctl", "invoke-rc.d", "update-rc.d", "service", "kill", "pidof",
        "start-stop-daemon", "py3compile", "py3clean", "pycompile", "pyclean", "killall", "sleep", "tempfile",
        "mktemp", "expr", "seq", "cmp", "diff", "telinit", "udevadm", "initctl", ".", "source",
    };

    private static readonly HashSet<string> s_keywords =
        new(StringComparer.Ordinal) { "if", "then", "else", "elif", "while", "until", "do", "!", "{", "(", "&&", "||", "exec" };
    private static readonly HashSet<string> s_grammar =
        new(StringComparer.Ordinal) { "fi", "done", "esac", "}", ")", ";;", "case", "for", "in", "function" };

    /// <summary>What is missing in an image when the scripts are not run.</summary>
    /// <param name="authoritiesAreAdded">Whether certificates of the package are in the bundle of authorities without its scripts.</param>
    /// <returns>The effects, in words; none when the scripts do nothing that matters.</returns>
    internal static IReadOnlyList<string> MissingEffects(DebControl control, bool authoritiesAreAdded)
    {
        var effects = new List<string>();
        var unknown = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (_, text) in control.Scripts)
        {
            if (!text.StartsWith("#!", StringComparison.Ordinal) || !Interpreter().IsMatch(text))
            {
                // A program, or a language other than shell.
                unknown.Add(
                    text.StartsWith("#!", StringComparison.Ordinal) ? Printable.Clean(text.Split('\n')[0][2..].Trim()) : "a program");
                continue;
            }

            effects.AddRange(Alternative().Matches(Continuation().Replace(text, " "))
                .Select(
                    match => match.Value.Contains('$', StringComparison.Ordinal)
                        ? "alternatives"
                        : $"the alternative '{match.Groups[2].Value}' ({match.Groups[1].Value})"));
            var functions = Function().Matches(text).Select(match => match.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
            foreach (var command in Commands(text)
                .Where(command => !functions.Contains(command) && !s_harmless.Contains(command) && command != "update-alternatives"))
            {
                var known = Array.Find(s_effects, effect => effect.Commands.Contains(command)).Effect;
                if (known == Authorities && authoritiesAreAdded)
                {
                    continue;
                }

                if (known is not null)
                {
                    effects.Add(known);
                }
                else
                {
                    unknown.Add(command);
                }
            }
        }

        if (unknown.Count > 0)
        {
            effects.Add(
                $"what its script does with " +
                $"{string.Join(", ", unknown.Take(NamedCommands))}{(unknown.Count > NamedCommands ? " and others" : "")}");
        }

        return [.. effects.Distinct(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> Commands(string script)
    {
        var body = HereDocument().Replace(Continuation().Replace(script, " "), "\n");
        foreach (var line in body.Split('\n').Select(line => line.Trim()).Where(line => !line.StartsWith('#')))
        {
            foreach (var part in Separator().Split(Quoted().Replace(line, "\"\"")))
            {
                var words = part.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
                    .SkipWhile(word => s_keywords.Contains(word) || Assignment().IsMatch(word)).ToList();
                if (words.Count > 0 && !s_grammar.Contains(words[0]) && Path.GetFileName(words[0]) is var command
                    && CommandName().IsMatch(command) && !words[0].EndsWith(')') && !words[0].EndsWith("()", StringComparison.Ordinal))
                {
                    yield return command;
                }
            }
        }
    }

    // Scripts of others: no pattern may take longer than they are long, and they are read too seldom for code of their own.
    [GeneratedRegex(@"\A#!\s*/\S*/(sh|bash|dash)\b", RegexOptions.NonBacktracking)]
    private static partial Regex Interpreter();

    [GeneratedRegex(@"update-alternatives\b[^\n;]*?--install\s+(\S+)\s+(\S+)", RegexOptions.NonBacktracking)]
    private static partial Regex Alternative();

    [GeneratedRegex(@"\\\n", RegexOptions.NonBacktracking)]
    private static partial Regex Continuation();

    [GeneratedRegex(@"<<-?\s*['""]?(\w+)['""]?[^\n]*\n.*?\n\s*\1\s*\n", RegexOptions.Singleline)]
    private static partial Regex HereDocument();

    [GeneratedRegex(@"(?:^|\n)\s*(?:function\s+)?([A-Za-z_][\w-]*)\s*\(\)", RegexOptions.NonBacktracking)]
    private static partial Regex Function();

    [GeneratedRegex(@"""[^""]*""|'[^']*'", RegexOptions.NonBacktracking)]
    private static partial Regex Quoted();

    // The last one is a pattern of a case.
    [GeneratedRegex(@"\|\||&&|[;|]|\$\(|`|^\s*[\w*""|. -]+\)(?:\s|$)", RegexOptions.NonBacktracking)]
    private static partial Regex Separator();

    [GeneratedRegex(@"\A[A-Za-z_]\w*=", RegexOptions.NonBacktracking)]
    private static partial Regex Assignment();

    [GeneratedRegex(@"\A[a-z.:\[][\w.+-]*\z", RegexOptions.NonBacktracking)]
    private static partial Regex CommandName();
}
