using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Chat.Functions.Shared;

/// <summary>Writes instants in RFC 3339, UTC, with milliseconds, in documents and on the wire. They sort as text.</summary>
internal sealed class TimestampConverter : JsonConverter<DateTimeOffset>
{
    private const string Format = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public static string ToText(DateTimeOffset instant) => instant.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<byte> text = stackalloc byte[32];
        value.UtcDateTime.TryFormat(text, out var length, Format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..length]);
    }
}
