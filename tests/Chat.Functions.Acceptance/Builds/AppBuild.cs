using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Acceptance.Builds;

/// <summary>
/// A build of the app: the one that is tested, or the published one in the folder that <c>CHAT_PUBLISHED</c> names. CI looks at both.
/// </summary>
internal static class AppBuild
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("CHAT_PUBLISHED") ?? AppContext.BaseDirectory;

    private static readonly string[] OfNet =
        [.. new[] { typeof(object), typeof(HttpContext) }.Select(type => Path.GetDirectoryName(type.Assembly.Location)!)];

    /// <summary>What Worker.Sdk wrote for the host about the build's functions.</summary>
    public static string ReadFunctionsMetadata() => File.ReadAllText(Path.Combine(Folder, "functions.metadata"));

    /// <summary>The full names of the assemblies that the app was compiled against and that come with it, not with .NET.</summary>
    public static IReadOnlyList<string> ReadReferences()
    {
        using var file = File.OpenRead(Path.Combine(Folder, "Chat.Functions.dll"));
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        return
        [
            .. metadata.AssemblyReferences
                .Select(handle => metadata.GetAssemblyReference(handle).GetAssemblyName())
                .Where(reference => !OfNet.Any(folder => File.Exists(Path.Combine(folder, $"{reference.Name}.dll"))))
                .Select(reference => reference.FullName)
                .Order(StringComparer.Ordinal),
        ];
    }
}
