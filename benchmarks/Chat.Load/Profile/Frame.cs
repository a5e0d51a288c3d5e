using System.Text.RegularExpressions;

namespace Chat.Load.Profile;

/// <summary>A method on a stack.</summary>
/// <param name="Name">
/// Its full name, as it stands in the source where the compiler has split it up; null in native code without names.
/// </param>
/// <param name="Module">The assembly or library that it is in.</param>
internal readonly partial record struct Frame(string? Name, string Module)
{
    /// <summary>Whose code this is; null for libraries, which work for whoever called them.</summary>
    public Owner? Owner => Module switch
    {
        "Chat.Functions" => Profile.Owner.Functions,
        "Chat.Local" => Profile.Owner.Local,
        _ when Module.StartsWith("Microsoft.Azure.Cosmos", StringComparison.Ordinal) => Profile.Owner.CosmosSdk,
        _ when Module.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal) => Profile.Owner.AspNet,
        _ when Module.StartsWith("Microsoft.Azure.Functions.", StringComparison.Ordinal)
            || Module.StartsWith("Grpc.", StringComparison.Ordinal) => Profile.Owner.Worker,
        "Microsoft.Data.Sqlite" or "libe_sqlite3" => Profile.Owner.Sqlite,
        _ => null,
    };

    /// <summary>
    /// From a line of <c>perf script</c>: <c>ADDRESS SYMBOL (FILE)</c>, where the runtime writes symbols of compiled methods in IL's
    /// manner.
    /// </summary>
    public static Frame Parse(string line)
    {
        var file = line.LastIndexOf(" (", StringComparison.Ordinal);
        var symbol = line[..file].TrimStart().Split(' ', 2)[1];
        if (Compiled().Match(symbol) is { Success: true } method)
        {
            return Of($"{method.Groups["type"].Value}.{method.Groups["method"].Value}", method.Groups["assembly"].Value);
        }

        var module = Path.GetFileName(line[(file + 2)..].TrimEnd(')'));
        return new Frame(
            symbol is "[unknown]" ? null : symbol,
            Path.GetExtension(module) is ".dll" or ".so" ? Path.GetFileNameWithoutExtension(module) : module);
    }

    /// <summary>From a method's name with the state machines, closures and generic arguments that the compiler put into it.</summary>
    public static Frame Of(string name, string module) => new(Generated().Replace(Arguments().Replace(name, ""), ".${name}"), module);

    public override string ToString() => Name ?? Module;

    [GeneratedRegex(@"\[(?<assembly>[\w.-]+)\] (?<type>[^(]+?)::(?<method>[^(]+)\(", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Compiled();

    [GeneratedRegex(@"\[(?>[^\[\]]+|\[(?<depth>)|\](?<-depth>))*(?(depth)(?!))\]|`\d+|\(.*", RegexOptions.None, 1000)]
    private static partial Regex Arguments();

    [GeneratedRegex(@"(?:\+<>c\w*)?[.+]<+(?<name>\w+)>(?:[bdg]_\w*|[\w|>]*)*(?:\.MoveNext)?", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Generated();
}

/// <summary>Whose code it is that processor time and memory go into.</summary>
internal enum Owner
{
    Functions,
    Local,
    CosmosSdk,
    Worker,
    AspNet,
    Sqlite,
    Runtime,
}
