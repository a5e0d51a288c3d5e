using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace Chat.Local.Inspector;

/// <summary>
/// The pages at /local and /local/reference, and the API's documents: files that were built in, which load nothing from elsewhere and
/// appear in nobody's frame.
/// </summary>
internal sealed class LocalFiles
{
    private readonly FileExtensionContentTypeProvider _contentTypes = new()
    {
        // Texts to be read in the browser.
        Mappings = { [".md"] = "text/plain; charset=utf-8", [".yaml"] = "application/yaml" },
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("local", http => File(http, "inspector", "index.html"));
        routes.MapRead("local/{file}", http => File(http, "inspector", Name(http)));
        routes.MapRead("local/reference", http => File(http, "reference", "index.html"));
        routes.MapRead("local/reference/events", http => File(http, "reference", "index.html"));
        routes.MapRead("local/reference/{file}", http => File(http, "reference", Name(http)));

        static string Name(HttpContext http) => (string)http.Request.RouteValues["file"]!;
    }

    private IResult File(HttpContext http, string folder, string name)
    {
        if (typeof(LocalFiles).Assembly.GetManifestResourceStream($"{folder}/{name}") is not { } file)
        {
            return Results.NotFound();
        }

        // What shows the reference styles its elements by script, and has its fonts in it.
        var styles = folder == "reference" ? "; style-src 'self' 'unsafe-inline'; font-src data:" : string.Empty;
        http.Response.Headers.ContentSecurityPolicy =
            $"default-src 'self'; img-src 'self' data:; frame-ancestors 'none'; form-action 'none'{styles}";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(file, _contentTypes.TryGetContentType(name, out var type) ? type : "application/octet-stream");
    }
}
