using Microsoft.AspNetCore.Routing.Patterns;

namespace Chat.Local.Functions.Http;

/// <summary>The path and the methods that lead to a function; no methods means any.</summary>
internal sealed record HttpRoute(RoutePattern Pattern, IReadOnlyList<string> Methods)
{
    /// <exception cref="HostRefusedException">The template is malformed, or begins as the host's own addresses do.</exception>
    public static HttpRoute Parse(string function, HttpTriggerBinding trigger, string prefix)
    {
        // Whatever the prefix is.
        if ((trigger.Route ?? function).Trim('/').StartsWith("admin", StringComparison.OrdinalIgnoreCase))
        {
            throw HostRefusedException.Function(function, $"has the route '{trigger.Route ?? function}', which the host keeps for itself.");
        }

        try
        {
            var pattern = RoutePatternFactory.Parse($"{prefix}/{trigger.Route ?? function}".Trim('/'));
            return new HttpRoute(pattern, [.. (trigger.Methods ?? []).Select(method => method.ToUpperInvariant())]);
        }
        catch (RoutePatternException malformed)
        {
            throw HostRefusedException.Function(function, $"has the malformed route '{trigger.Route}': {malformed.Message}");
        }
    }

    /// <exception cref="HostRefusedException">Two functions answer the same requests.</exception>
    public static void RefuseDuplicates(IEnumerable<Function> functions)
    {
        var routed = functions.Where(function => function.Route is not null);
        foreach (var alike in routed.GroupBy(function => function.Route!.Shape(), StringComparer.OrdinalIgnoreCase))
        {
            var seen = new List<Function>();
            foreach (var function in alike)
            {
                if (seen.Find(other => function.Route!.Overlaps(other.Route!)) is { } other)
                {
                    throw HostRefusedException.Function(function.Name, $"has the route of '{other.Name}': {function.Route}.");
                }

                seen.Add(function);
            }
        }
    }

    public override string ToString() => $"{(Methods.Count == 0 ? "ANY" : string.Join(',', Methods))} /{Pattern.RawText}";

    private bool Overlaps(HttpRoute other) =>
        Methods.Count == 0 || other.Methods.Count == 0 || Methods.Intersect(other.Methods, StringComparer.Ordinal).Any();

    /// <summary>The template without its parameters' names.</summary>
    private string Shape() => string.Join('/', Pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(Shape))));

    private static string Shape(RoutePatternPart part) => part switch
    {
        RoutePatternParameterPart parameter => string.Concat(
            [
                "{",
                parameter.IsCatchAll ? "*" : "",
                .. parameter.ParameterPolicies.Select(policy => ":" + policy.Content),
                parameter.IsOptional ? "?" : "",
                "}",
            ]),
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    };
}
