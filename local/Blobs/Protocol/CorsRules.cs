using System.Globalization;
using System.Xml.Linq;

namespace Chat.Local.Blobs.Protocol;

/// <summary>Which pages of other origins may ask.</summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/storageservices/cross-origin-resource-sharing--cors--support-for-the-azure-storage-services.
/// </remarks>
internal sealed class CorsRules
{
    private const int MaxRules = 5;
    private const int MaxText = 256;
    private const int MaxNames = 64;

    private static readonly string[] KnownMethods = ["DELETE", "GET", "HEAD", "MERGE", "POST", "OPTIONS", "PUT", "PATCH"];

    private readonly List<Rule> _rules;

    private CorsRules(List<Rule> rules) => _rules = rules;

    public static CorsRules None { get; } = new([]);

    /// <summary>Reads the element <c>Cors</c> of the service's properties.</summary>
    /// <exception cref="RefusedException">A rule is malformed, or there are too many.</exception>
    public static CorsRules Read(XElement cors)
    {
        var rules = cors.Elements("CorsRule").Select(Rule.Read).ToList();
        return rules.Count <= MaxRules ? new CorsRules(rules) : throw Refusals.InvalidXmlValue("Cors");
    }

    /// <summary>Answers a browser that asks beforehand.</summary>
    public BlobAnswer Preflight(BlobRequest request)
    {
        var origin = request.Header("Origin") ?? throw Refusals.MissingCors("Origin");
        var method = request.Header("Access-Control-Request-Method") ?? throw Refusals.MissingCors("Access-Control-Request-Method");
        var wanted = request.Header("Access-Control-Request-Headers");
        var names = (wanted ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var rule = _rules.Find(rule => rule.Admits(origin, method) && names.All(rule.AllowsHeader)) ?? throw Refusals.Preflight();
        return new BlobAnswer(200)
            .With("Access-Control-Allow-Origin", rule.IsForAll ? "*" : origin)
            .With("Access-Control-Allow-Methods", method)
            .With("Access-Control-Allow-Headers", wanted)
            .With("Access-Control-Max-Age", rule.MaxAge.ToString(CultureInfo.InvariantCulture))
            .With("Access-Control-Allow-Credentials", rule.IsForAll ? null : "true");
    }

    /// <summary>Lets the page that asked read the answer, if a rule says so.</summary>
    public void Decorate(BlobAnswer answer, BlobRequest request)
    {
        if (request.Header("Origin") is not { } origin || _rules.Count == 0)
        {
            return;
        }

        var rule = _rules.Find(rule => rule.Admits(origin, request.Method));
        if (rule is not { IsForAll: true })
        {
            answer.With("Vary", "Origin");
        }

        if (rule is not null)
        {
            answer.With("Access-Control-Allow-Origin", rule.IsForAll ? "*" : origin)
                .With("Access-Control-Allow-Credentials", rule.IsForAll ? null : "true")
                .With("Access-Control-Expose-Headers", rule.Expose(answer.Headers.Select(header => header.Name)));
        }
    }

    private sealed record Rule(string[] Origins, string[] Methods, string[] Allowed, string[] Exposed, int MaxAge)
    {
        public bool IsForAll => Origins.Contains("*");

        public static Rule Read(XElement element)
        {
            var origins = List(element, "AllowedOrigins", MaxNames);
            var methods = List(element, "AllowedMethods", KnownMethods.Length);
            if (origins.Length == 0 || methods.Length == 0 || !methods.All(KnownMethods.Contains))
            {
                throw Refusals.InvalidXmlValue("CorsRule");
            }

            if (Array.Exists(origins, origin => origin != "*" && origin.Contains('*', StringComparison.Ordinal)))
            {
                throw Refusals.NotServed("An origin with a wildcard in it");
            }

            return new Rule(
                origins,
                methods,
                List(element, "AllowedHeaders", MaxNames),
                List(element, "ExposedHeaders", MaxNames),
                int.TryParse(element.Element("MaxAgeInSeconds")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var age)
                    ? age
                    : throw Refusals.InvalidXmlValue("MaxAgeInSeconds"));
        }

        public bool Admits(string origin, string method) => (IsForAll || Origins.Contains(origin)) && Methods.Contains(method);

        public bool AllowsHeader(string name) => Matches(Allowed, name);

        /// <summary>The headers of the answer that the page may read, and those that are named in full; null if there are none.</summary>
        public string? Expose(IEnumerable<string> headers)
        {
            var named = Exposed.Where(pattern => !pattern.EndsWith('*'));
            string[] all = [.. headers.Where(name => Matches(Exposed, name)).Concat(named).Distinct(StringComparer.OrdinalIgnoreCase)];
            return all.Length > 0 ? string.Join(',', all) : null;
        }

        private static bool Matches(string[] patterns, string name) => Array.Exists(
            patterns,
            pattern => pattern.EndsWith('*')
                ? name.StartsWith(pattern[..^1], StringComparison.OrdinalIgnoreCase)
                : string.Equals(pattern, name, StringComparison.OrdinalIgnoreCase));

        private static string[] List(XElement element, string name, int max)
        {
            var list = (element.Element(name)?.Value ?? "").Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return list.Length <= max && list.All(one => one.Length <= MaxText) ? list : throw Refusals.InvalidXmlValue(name);
        }
    }
}
