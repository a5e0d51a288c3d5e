using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;

namespace Chat.Functions.Acceptance.Builds;

/// <summary>The assemblies of this process that came with packages, and whether they are still what NuGet unpacked.</summary>
internal static class PackageAssemblies
{
    private static readonly string Folder = typeof(PackageAssemblies).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "NuGetPackageRoot").Value!;

    /// <summary>The names of those that are loaded, and of these the ones that differ from the file in their package.</summary>
    public static (HashSet<string> Loaded, List<string> Different) Compare()
    {
        var files = ReadPackageFiles();
        var (loaded, different) = (new HashSet<string>(StringComparer.Ordinal), new List<string>());
        foreach (var location in AppDomain.CurrentDomain.GetAssemblies().Where(assembly => !assembly.IsDynamic)
            .Select(assembly => assembly.Location))
        {
            var name = Path.GetFileName(location);
            if (files.TryGetValue(name, out var file))
            {
                loaded.Add(Path.GetFileNameWithoutExtension(name));
                if (!Hash(location).SequenceEqual(Hash(Path.Combine(Folder, file))))
                {
                    different.Add($"{location} isn't {file}");
                }
            }
        }

        return (loaded, different);
    }

    /// <summary>By file name: where in the package folder each assembly comes from, as the build wrote down.</summary>
    private static Dictionary<string, string> ReadPackageFiles()
    {
        var written = Path.ChangeExtension(typeof(PackageAssemblies).Assembly.Location, ".deps.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(written));
        var libraries = json.RootElement.GetProperty("libraries");
        var files =
            from target in json.RootElement.GetProperty("targets").EnumerateObject()
            from package in target.Value.EnumerateObject()
            let library = libraries.GetProperty(package.Name)
            where library.GetProperty("type").GetString() == "package" && package.Value.TryGetProperty("runtime", out _)
            from file in package.Value.GetProperty("runtime").EnumerateObject()
            select (Name: Path.GetFileName(file.Name), From: $"{library.GetProperty("path").GetString()}/{file.Name}");
        return files.ToDictionary(file => file.Name, file => file.From, StringComparer.Ordinal);
    }

    private static byte[] Hash(string file)
    {
        using var stream = File.OpenRead(file);
        return SHA256.HashData(stream);
    }
}
