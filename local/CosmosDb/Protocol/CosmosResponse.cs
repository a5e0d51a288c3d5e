using System.Globalization;
using System.Text.Json;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>An answer, whatever it goes over.</summary>
internal sealed class CosmosResponse(int status, ReadOnlyMemory<byte> body = default)
{
    private readonly List<KeyValuePair<string, string>> _headers = new(10);

    /// <summary>Stands for a connection that broke before any answer.</summary>
    public static CosmosResponse Broken { get; } = new(0);

    public int Status => status;

    public ReadOnlyMemory<byte> Body => body;

    public double Charge { get; private set; }

    public IReadOnlyList<KeyValuePair<string, string>> Headers => _headers;

    public static CosmosResponse Error(int status, string message, int subStatus = 0)
    {
        var code = status switch
        {
            400 => "BadRequest",
            401 => "Unauthorized",
            404 => "NotFound",
            408 => "RequestTimeout",
            409 => "Conflict",
            412 => "PreconditionFailed",
            413 => "RequestEntityTooLarge",
            429 => "429",
            503 => "ServiceUnavailable",
            _ => status.ToString(CultureInfo.InvariantCulture),
        };
        var response = new CosmosResponse(status, JsonSerializer.SerializeToUtf8Bytes(
            new Dictionary<string, string>(StringComparer.Ordinal) { ["code"] = code, ["message"] = message }));
        return subStatus == 0 ? response : response.With("x-ms-substatus", subStatus.ToString(CultureInfo.InvariantCulture));
    }

    public static CosmosResponse Error(RefusedException refused) => Error(refused.Status, refused.Message, refused.SubStatus);

    public static CosmosResponse Throttled(TimeSpan retryAfter) =>
        Error(
            429,
            "Request rate is large. More Request Units may be needed, so no changes were made. Please retry this request later.",
            3200)
            .With("x-ms-retry-after-ms", ((long)retryAfter.TotalMilliseconds).ToString(CultureInfo.InvariantCulture));

    /// <summary>A JSON object whose members the caller writes.</summary>
    public static CosmosResponse Json(int status, Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return new CosmosResponse(status, buffer.GetBuffer().AsMemory(0, (int)buffer.Length));
    }

    public CosmosResponse With(string header, string value)
    {
        _headers.Add(new(header, value));
        return this;
    }

    public CosmosResponse Charged(double units)
    {
        Charge = units;
        return With("x-ms-request-charge", units.ToString("0.##", CultureInfo.InvariantCulture));
    }
}
