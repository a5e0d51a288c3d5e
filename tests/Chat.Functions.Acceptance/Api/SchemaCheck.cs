using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Chat.Functions.Acceptance.Api;

/// <summary>
/// Checks JSON against the part of JSON Schema 2020-12 that the documents use. A keyword that it doesn't know is an exception, not a
/// pass.
/// </summary>
internal sealed class SchemaCheck
{
    private readonly List<string> _faults = [];

    /// <summary>The members that a schema said something about, by their pointers.</summary>
    private readonly HashSet<string> _known = new(StringComparer.Ordinal);

    private SchemaCheck()
    {
    }

    /// <summary>What of an answer or event isn't as documented; a member that the schema doesn't name is a fault.</summary>
    public static IReadOnlyList<string> Strictly(JsonElement schema, JsonElement value)
    {
        var check = Of(schema, value, "");
        check.FindUnknown(value, "");
        return check._faults;
    }

    /// <summary>Whether a request may say this; members that the schema doesn't name don't matter.</summary>
    public static bool Allows(JsonElement schema, JsonElement value) => Of(schema, value, "")._faults.Count == 0;

    private static SchemaCheck Of(JsonElement schema, JsonElement value, string at)
    {
        var check = new SchemaCheck();
        check.Apply(schema, value, at);
        return check;
    }

    private void Apply(JsonElement schema, JsonElement value, string at)
    {
        if (schema.ValueKind == JsonValueKind.True)
        {
            KnowAll(value, at);
            return;
        }

        foreach (var keyword in schema.EnumerateObject())
        {
            Apply(keyword.Name, keyword.Value, schema, value, at);
        }
    }

    private void Apply(string keyword, JsonElement wanted, JsonElement schema, JsonElement value, string at)
    {
        var kind = value.ValueKind;
        var isRight = true;
        switch (keyword)
        {
            case "description" or "default":
                break;
            case "$ref":
                Apply(ApiDocument.Resolve(schema), value, at);
                break;
            case "allOf":
                wanted.EnumerateArray().ToList().ForEach(one => Apply(one, value, at));
                break;
            case "oneOf":
                isRight = ApplyOne([.. wanted.EnumerateArray().Select(one => Of(one, value, at))]);
                break;
            case "type":
                isRight = wanted.ValueKind == JsonValueKind.Array
                    ? wanted.EnumerateArray().Any(one => IsOf(one, value))
                    : IsOf(wanted, value);
                break;
            case "const":
                isRight = JsonElement.DeepEquals(wanted, value);
                break;
            case "enum":
                isRight = wanted.EnumerateArray().Any(one => JsonElement.DeepEquals(one, value));
                break;
            case "required":
                isRight = kind != JsonValueKind.Object
                    || wanted.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _));
                break;
            case "properties":
                ApplyToMembers(value, at, name => wanted.TryGetProperty(name, out var member) ? member : null);
                break;
            case "additionalProperties":
                ApplyToMembers(
                    value,
                    at,
                    name => schema.TryGetProperty("properties", out var named) && named.TryGetProperty(name, out _) ? null : wanted);
                break;
            case "items":
                Parts(value, at).Where(_ => kind == JsonValueKind.Array).ToList().ForEach(item => Apply(wanted, item.Value, item.Path));
                break;
            case "minItems":
                isRight = kind != JsonValueKind.Array || value.GetArrayLength() >= wanted.GetInt32();
                break;
            case "maxItems":
                isRight = kind != JsonValueKind.Array || value.GetArrayLength() <= wanted.GetInt32();
                break;
            case "minLength":
                isRight = kind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() >= wanted.GetInt32();
                break;
            case "maxLength":
                isRight = kind != JsonValueKind.String || value.GetString()!.EnumerateRunes().Count() <= wanted.GetInt32();
                break;
            case "pattern":
                // All are about the whole text, and $ would let a line break after it pass.
                isRight = kind != JsonValueKind.String
                    || (Regex.Match(value.GetString()!, wanted.GetString()!, RegexOptions.NonBacktracking)
                        is { Success: true, Length: var length } && length == value.GetString()!.Length);
                break;
            case "minimum":
                isRight = kind != JsonValueKind.Number || value.GetDouble() >= wanted.GetDouble();
                break;
            case "maximum":
                isRight = kind != JsonValueKind.Number || value.GetDouble() <= wanted.GetDouble();
                break;
            case "format":
                isRight = IsFormatted(wanted.GetString()!, value);
                break;
            default:
                throw new NotSupportedException($"The check doesn't know the keyword '{keyword}' yet.");
        }

        if (!isRight)
        {
            _faults.Add($"{(at.Length == 0 ? "it" : at)} breaks '{keyword}: {wanted}'");
        }
    }

    /// <summary>Takes over from the choice that is nearest; false when more than one is right.</summary>
    private bool ApplyOne(List<SchemaCheck> choices)
    {
        var nearest = choices.MinBy(choice => choice._faults.Count)!;
        _known.UnionWith(nearest._known);
        _faults.AddRange(nearest._faults);
        return choices.Count(choice => choice._faults.Count == 0) <= 1;
    }

    private void ApplyToMembers(JsonElement value, string at, Func<string, JsonElement?> schemaOf)
    {
        foreach (var (path, member) in Parts(value, at).Where(_ => value.ValueKind == JsonValueKind.Object))
        {
            if (schemaOf(path[(at.Length + 1)..]) is { } schema)
            {
                _known.Add(path);
                Apply(schema, member, path);
            }
        }
    }

    private void KnowAll(JsonElement value, string at)
    {
        foreach (var (path, part) in Parts(value, at))
        {
            _known.Add(path);
            KnowAll(part, path);
        }
    }

    private void FindUnknown(JsonElement value, string at)
    {
        foreach (var (path, part) in Parts(value, at))
        {
            if (value.ValueKind == JsonValueKind.Array || _known.Contains(path))
            {
                FindUnknown(part, path);
            }
            else
            {
                _faults.Add($"{path} isn't documented");
            }
        }
    }

    private static bool IsFormatted(string format, JsonElement value) => format switch
    {
        "int64" => value.ValueKind != JsonValueKind.Number || value.TryGetInt64(out _),
        "date-time" =>
            value.ValueKind != JsonValueKind.String || DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, out _),
        "uri" => value.ValueKind != JsonValueKind.String || Uri.TryCreate(value.GetString(), UriKind.Absolute, out _),
        _ => throw new NotSupportedException($"The check doesn't know the format '{format}' yet."),
    };

    private static bool IsOf(JsonElement type, JsonElement value) => type.GetString() switch
    {
        "null" => value.ValueKind == JsonValueKind.Null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && double.IsInteger(value.GetDouble()),
        "number" => value.ValueKind == JsonValueKind.Number,
        "array" => value.ValueKind == JsonValueKind.Array,
        "object" => value.ValueKind == JsonValueKind.Object,
        var other => throw new NotSupportedException($"The check doesn't know the type '{other}' yet."),
    };

    private static IEnumerable<(string Path, JsonElement Value)> Parts(JsonElement value, string at) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Select(member => ($"{at}/{member.Name}", member.Value)),
        JsonValueKind.Array => value.EnumerateArray().Index().Select(item => ($"{at}/{item.Index}", item.Item)),
        _ => [],
    };
}
