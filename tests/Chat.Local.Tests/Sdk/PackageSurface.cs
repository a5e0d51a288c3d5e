using System.Reflection;

namespace Chat.Local.Tests.Sdk;

/// <summary>The public types and members of the real packages, and what a stand-in has that they haven't.</summary>
/// <remarks>
/// A list begins with the assembly's full name (<c>#</c>). It has a line per type (<c>T:</c>), constructor, property, method, field and
/// event. It knows no constraints of types, no attributes but <see cref="AttributeUsageAttribute"/>, and no <c>notnull</c>; those aren't
/// compared. A stand-in may have fewer parents and members.
/// </remarks>
internal sealed class PackageSurface
{
    private readonly List<string> _packages = [];
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string[]> _types = new(StringComparer.Ordinal);

    public PackageSurface(IEnumerable<string> lines)
    {
        foreach (var line in lines.Select(line => line.Split("   //")[0]))
        {
            if (line.StartsWith("# ", StringComparison.Ordinal))
            {
                _packages.Add(line[2..]);
            }
            else if (line.StartsWith("T: ", StringComparison.Ordinal))
            {
                var (declaration, parents) = Split(line);
                _types[declaration] = parents;
            }
            else
            {
                _members.Add(line);
            }
        }
    }

    /// <summary>The full names of the assemblies that are listed.</summary>
    public IReadOnlyList<string> Packages => _packages;

    /// <summary>The lists that lie beside this file.</summary>
    public static PackageSurface OfPackages()
    {
        var assembly = typeof(PackageSurface).Assembly;
        var names = assembly.GetManifestResourceNames().Where(name => name.StartsWith("surface/", StringComparison.Ordinal));
        return new PackageSurface(names.SelectMany(name =>
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            return reader.ReadToEnd().Split('\n');
        }));
    }

    public IEnumerable<string> DifferencesOf(Type type)
    {
        var (declaration, parents) = Split(Declaration(type));
        if (!_types.TryGetValue(declaration, out var real))
        {
            return [declaration];
        }

        return
        [
            .. parents.Except(real).Select(parent => $"{declaration} : {parent}"),
            .. MemberLines.Of(type).Where(line => !Has(line, type)),
        ];
    }

    /// <summary>Whether a constructor of an abstract class is public or protected is the same to everybody.</summary>
    private bool Has(string line, Type type) =>
        _members.Contains(line)
        || (type.IsAbstract
            && line.StartsWith("C: ", StringComparison.Ordinal)
            && _members.Contains(line.Replace(" :: protected ", " :: public ", StringComparison.Ordinal)));

    /// <summary>Splits a type's line into what must be equal (its kind, name and attribute targets) and what it derives from.</summary>
    private static (string Declaration, string[] Parents) Split(string line)
    {
        var usage = line.IndexOf(" [", StringComparison.Ordinal) is var at and >= 0 ? line[at..] : "";
        var parts = line[..^usage.Length].Split(" : ");
        return (parts[0] + usage, parts.Length == 1 ? [] : parts[1].Split(", "));
    }

    private static string Declaration(Type type)
    {
        var kind = type switch
        {
            { IsEnum: true } => "enum",
            { IsInterface: true } => "interface",
            { IsValueType: true } => "struct",
            _ when type.IsAssignableTo(typeof(Delegate)) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            { IsAbstract: true } => "abstract class",
            { IsSealed: true } => "sealed class",
            _ => "class",
        };
        Type?[] parents = kind is "enum" or "delegate"
            ? []
            : [type.BaseType, .. type.GetInterfaces().Except(type.BaseType?.GetInterfaces() ?? [])];
        var names = string.Join(
            ", ",
            parents.Where(parent => parent is not null && parent != typeof(object)).Select(parent => TypeNames.Of(parent!)));
        var usage = type.CustomAttributes.Where(attribute => attribute.AttributeType == typeof(AttributeUsageAttribute)).Select(Usage);
        return $"T: public {kind} {TypeNames.Of(type)}{(names.Length > 0 ? " : " + names : "")}{string.Concat(usage)}";
    }

    private static string Usage(CustomAttributeData usage)
    {
        var settings = usage.NamedArguments.Select(named => $", {named.MemberName}={named.TypedValue.Value}");
        return $" [AttributeUsage({(AttributeTargets)usage.ConstructorArguments[0].Value!}{string.Concat(settings)})]";
    }
}
