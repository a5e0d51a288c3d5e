using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Chat.Functions.Acceptance.Api;

/// <summary>The files of the project that tests hold against each other.</summary>
internal static class Repository
{
    private static readonly string Root = System.IO.Path.GetFullPath(System.IO.Path.Combine(ThisFolder(), "../../.."));

    public static string Path(string name) => System.IO.Path.Combine(Root, name);

    /// <summary>What a pattern's first group finds in the app's sources, but for one folder, once each, in order.</summary>
    public static IReadOnlyList<string> InSources(string pattern, string except = "") =>
        [.. Sources(except).SelectMany(text => Regex.Matches(text, pattern, RegexOptions.NonBacktracking)).Select(
            match => match.Groups[1].Value).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Sources(string except) =>
        from file in Directory.EnumerateFiles(Path("functions"), "*.cs", SearchOption.AllDirectories)
        let folder = System.IO.Path.GetRelativePath(Path("functions"), file).Split(System.IO.Path.DirectorySeparatorChar)[0]
        where folder is not ("bin" or "obj") && folder != except
        select File.ReadAllText(file);

    private static string ThisFolder([CallerFilePath] string thisFile = "") => System.IO.Path.GetDirectoryName(thisFile)!;
}
