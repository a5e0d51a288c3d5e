using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;

namespace Chat.Local.CosmosDb.Items;

/// <summary>
/// The numbers of documents, which the service keeps as IEEE 754 doubles: 9007199254740993 comes back as 9007199254740992.
/// </summary>
/// <remarks>https://learn.microsoft.com/azure/cosmos-db/concepts-limits#per-item-limits. What no double holds, 1e400, is refused.</remarks>
internal static class Numbers
{
    /// <summary>Up to here an integer of digits alone is a double, written as doubles are.</summary>
    private const int PlainDigits = 15;

    private const double EndOfIntegers = 9223372036854775808;

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

    /// <summary>The document with its numbers as they are kept; itself when that changes none.</summary>
    public static ReadOnlyMemory<byte> AsKept(ReadOnlyMemory<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8.Span);
        ArrayBufferWriter<byte>? rewritten = null;
        var copied = 0;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.Number || IsPlain(reader.ValueSpan))
            {
                continue;
            }

            var start = (int)reader.TokenStartIndex;
            rewritten ??= new ArrayBufferWriter<byte>(utf8.Length + 32);
            rewritten.Write(utf8.Span[copied..start]);
            rewritten.Write(Encoding.UTF8.GetBytes(TextOf(reader.GetDouble())));
            copied = start + reader.ValueSpan.Length;
        }

        if (rewritten is null)
        {
            return utf8;
        }

        rewritten.Write(utf8.Span[copied..]);
        return rewritten.WrittenMemory;
    }

    private static bool IsPlain(ReadOnlySpan<byte> number) => number.Length <= PlainDigits && !number.ContainsAnyExcept(Digits);

    private static string TextOf(double number)
    {
        if (!double.IsFinite(number))
        {
            throw new RefusedException(400, "The request payload is invalid. A number lies outside the range of IEEE 754 doubles.");
        }

        return number == Math.Floor(number) && Math.Abs(number) < EndOfIntegers
            ? ((long)number).ToString(CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture);
    }
}
