using System.Globalization;
using System.Text.Json;

namespace Chat.Functions.Acceptance.Api;

/// <summary>An operation as openapi.yaml describes it.</summary>
/// <param name="Id">The function's name in camelCase.</param>
/// <param name="Body">What its body must be; null when it takes none.</param>
internal sealed record ApiOperation(
    string Method,
    string Path,
    string Id,
    IReadOnlyList<ApiParameter> Parameters,
    ApiBody? Body,
    bool NeedsToken,
    JsonElement Answers)
{
    public static IReadOnlyList<ApiOperation> All { get; } = [.. ReadAll()];

    /// <summary>The statuses below 300 that it is documented to answer.</summary>
    public IEnumerable<int> Successes =>
        Answers.EnumerateObject().Where(answer => answer.Name[0] == '2').Select(answer => int.Parse(answer.Name, null));

    /// <summary>
    /// Every request that its examples make: one for each body, and one, with the last body, for each parameter that may be left out.
    /// </summary>
    public IEnumerable<ApiRequest> Examples()
    {
        var bare = Parameters.Where(parameter => parameter.IsRequired).Aggregate(
            new ApiRequest(this),
            (request, parameter) => request.With(parameter, parameter.Example));
        var requests = Body is null
            ? [bare]
            : Body.Examples.Select(
                example => bare with { Name = example.Name, Body = JsonSerializer.SerializeToUtf8Bytes(example.Value) }).ToList();
        return
        [
            .. requests,
            .. Parameters.Where(parameter => !parameter.IsRequired).Select(
                parameter => requests[^1].With(parameter, parameter.Example) with { Name = parameter.Name }),
        ];
    }

    /// <summary>What an answer isn't as documented.</summary>
    public IEnumerable<string> FaultsOf(ApiAnswer answer)
    {
        if (!Answers.TryGetProperty($"{answer.Status}", out var described) && !Answers.TryGetProperty("default", out described))
        {
            yield return $"docs/openapi.yaml has no response for {answer.Status}";
            yield break;
        }

        described = ApiDocument.Resolve(described);
        if (answer.HasSession && !(described.TryGetProperty("headers", out var headers) && headers.TryGetProperty("Chat-Session", out _)))
        {
            yield return "it carries an undocumented Chat-Session";
        }

        if (!described.TryGetProperty("content", out var content))
        {
            if (answer.Text.Length > 0)
            {
                yield return "it has an undocumented body";
            }
        }
        else if (!content.TryGetProperty(answer.MediaType, out var body))
        {
            yield return $"it is of the undocumented type '{answer.MediaType}'";
        }
        else
        {
            foreach (var fault in SchemaCheck.Strictly(body.GetProperty("schema"), answer.Json))
            {
                yield return fault;
            }

            if (answer.MediaType == "application/problem+json" && answer.Json.GetProperty("status").GetInt32() != answer.Status)
            {
                yield return "its body says another status";
            }
        }
    }

    public override string ToString() => $"{Method} {Path} ({Id})";

    private static IEnumerable<ApiOperation> ReadAll() =>
        from path in ApiDocument.OpenApi.GetProperty("paths").EnumerateObject()
        from operation in path.Value.EnumerateObject()
        where operation.Name != "parameters"
        select new ApiOperation(
            operation.Name.ToUpperInvariant(),
            path.Name,
            operation.Value.GetProperty("operationId").GetString()!,
            [.. Parts(path.Value, "parameters").Concat(Parts(operation.Value, "parameters")).Select(ApiParameter.Of)],
            operation.Value.TryGetProperty("requestBody", out var body) ? ApiBody.Of(ApiDocument.Resolve(body)) : null,
            !operation.Value.TryGetProperty("security", out _),
            operation.Value.GetProperty("responses"));

    private static List<JsonElement> Parts(JsonElement node, string name) =>
        node.TryGetProperty(name, out var parts) ? [.. parts.EnumerateArray()] : [];
}

/// <summary>A parameter as openapi.yaml describes it.</summary>
/// <param name="In"><c>path</c>, <c>query</c> or <c>header</c>.</param>
/// <param name="Example">As it is sent: of an array the items, separated by commas.</param>
internal sealed record ApiParameter(string Name, string In, bool IsRequired, JsonElement Schema, string Example)
{
    public static ApiParameter Of(JsonElement node)
    {
        var described = ApiDocument.Resolve(node);
        var name = described.GetProperty("name").GetString()!;
        return new(
            name,
            described.GetProperty("in").GetString()!,
            described.TryGetProperty("required", out var required) && required.GetBoolean(),
            ApiDocument.Resolve(described.GetProperty("schema")),
            !described.TryGetProperty("example", out var example) ? throw new InvalidDataException(
                $"docs/openapi.yaml gives no example for the parameter '{name}'.")
                : example.ValueKind == JsonValueKind.Array ? string.Join(',', example.EnumerateArray())
                : example.ToString());
    }

    public bool IsText => Schema.GetProperty("type").ValueEquals("string");

    /// <summary>Whether a text may be sent for it; a number only as JSON would spell it.</summary>
    public bool Allows(string text) =>
        SchemaCheck.Allows(Schema, JsonSerializer.SerializeToElement<object>(Schema.GetProperty("type").GetString() switch
        {
            "array" => text.Split(','),
            "integer" when decimal.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                && number.ToString(CultureInfo.InvariantCulture) == text => number,
            _ => text,
        }));
}

/// <summary>A body as openapi.yaml describes it, with the examples by name.</summary>
internal sealed record ApiBody(JsonElement Schema, IReadOnlyList<(string Name, JsonElement Value)> Examples)
{
    public static ApiBody Of(JsonElement described)
    {
        var json = described.GetProperty("content").GetProperty("application/json");
        return json.TryGetProperty("examples", out var examples)
            ? new(
                json.GetProperty("schema"),
                [.. examples.EnumerateObject().Select(example => (example.Name, example.Value.GetProperty("value")))])
            : throw new InvalidDataException($"docs/openapi.yaml gives no examples for the body {json}.");
    }
}
