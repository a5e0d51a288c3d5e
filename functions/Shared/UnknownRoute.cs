using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Shared;

/// <summary>
/// Answers requests that no other function takes: 405 with <c>Allow</c> for a known path, otherwise 404. The host's own answers
/// would have no body.
/// </summary>
public sealed class UnknownRoute
{
    private static readonly string[] AllMethods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    private static readonly (TemplateMatcher Path, IReadOnlyList<string> Methods)[] Routes = [.. FindRoutes()];

    [Function(nameof(UnknownRoute))]
    public static IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request, string? path)
    {
        // The server has decoded the path. As a plain string it would be decoded twice.
        var decoded = new PathString("/" + path);
        var allowed = Routes.Where(route => route.Path.TryMatch(decoded, []))
            .SelectMany(route => route.Methods)
            .Distinct(StringComparer.Ordinal)
            .ToList();
        return (allowed.Count > 0 ? Problems.MethodNotAllowed(allowed) : Problems.RouteNotFound).ToResult();
    }

    // Reflection runs once, at the first unknown path, and can't miss a new function.
    private static IEnumerable<(TemplateMatcher Path, IReadOnlyList<string> Methods)> FindRoutes() =>
        from type in typeof(UnknownRoute).Assembly.GetTypes()
        where type != typeof(UnknownRoute)
        from method in type.GetMethods()
        where method.GetCustomAttribute<FunctionAttribute>() is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger?.Route is not null
        select (
            new TemplateMatcher(TemplateParser.Parse(trigger.Route!), []),
            (IReadOnlyList<string>)[.. (trigger.Methods ?? AllMethods).Select(name => name.ToUpperInvariant())]);
}
