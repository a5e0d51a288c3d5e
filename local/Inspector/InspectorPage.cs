using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace Chat.Local.Inspector;

/// <summary>The page at /local: files that were built in, which load nothing from elsewhere and appear in nobody's frame.</summary>
internal sealed class InspectorPage
{
    private readonly FileExtensionContentTypeProvider _contentTypes = new();

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapRead("local", http => File(http, "index.html"));
        routes.MapRead("local/{file}", http => File(http, (string)http.Request.RouteValues["file"]!));
    }

    private IResult File(HttpContext http, string name)
    {
        if (typeof(InspectorPage).Assembly.GetManifestResourceStream("inspector/" + name) is not { } file)
        {
            return Results.NotFound();
        }

        http.Response.Headers.ContentSecurityPolicy = "default-src 'self'; img-src data:; frame-ancestors 'none'; form-action 'none'";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Stream(file, _contentTypes.TryGetContentType(name, out var type) ? type : "application/octet-stream");
    }
}
