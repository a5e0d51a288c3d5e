using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chat.Functions.Acceptance.Api;

/// <summary>What nobody in their right mind would send.</summary>
internal static class HostileValues
{
    /// <summary>Texts that are well-formed: whether one may be sent somewhere is for the schema there to say.</summary>
    public static readonly IReadOnlyList<string> Texts =
    [
        "", " ", "\t", "\n", "a\r\nChat-Session: 1", "\0", "a\0b", "\u007f", "\u0085", "\u2028", "\ufeff", "\ufeffalice",
        "\u202eecila\u202c", "\u200b", "\u200d", "\uffff", "\U0010ffff",
        "e\u0301", "Z" + string.Concat(Enumerable.Repeat("\u0361\u0489", 40)), "ﬀ", "İ", "ß", "１", "٣", "𝟗",
        "👨‍👩‍👧‍👦👍", "\ufe0f", "\u20e3",
        "🇩", "::", ":A:", ": :", ":a", "a:",
        "null", "undefined", "NaN", "true", "[]", "{}", "-1", "-0", "0", "+1", " 1", "1 ", "1.0", "1.5", "1e1", "0x10", "1_000", "1,000",
        "1e400", "Infinity",
        "2147483648", "4294967296", "9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999999999",
        "../../../../etc/passwd", @"..\..\windows", "..", "%2e%2e%2f", "%00", "%", "%zz", "%%%", "a/b", "//", "?", "#", "a?b=c#d", "*", ";",
        "~",
        "' OR '1'='1", "'; DROP TABLE messages; --", "\" OR true --", "c.id", "@take", "$ne", "${jndi:ldap://x}", "{{7*7}}",
        "|cat /etc/passwd", "$(id)", "`id`",
        "<script>alert(1)</script>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>", "head", "d", "e:1", "u:alice", "m:aaaaaaaaaaaaaaaaaaaaaa",
        "inbox:aaaaaaaaaaaaaaaaaaaaaa", "pair:bob", "alice", "alice,bob",
        "aaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaa=", "aaaaaaaaaaaaaaaaaaaa==", "aaaaaaaaaaaaaaaaaaaa+/",
        new('a', 5000), new('1', 5000), new('é', 5000), new(',', 300), string.Join(',', Enumerable.Range(0, 300)),

        .. Edges(),

        // As long as allowed somewhere, and longer by one.
        .. Bounds("maxLength")
            .SelectMany(length => new[] { length, length + 1 })
            .SelectMany(length => new[] { new string('a', length), string.Concat(Enumerable.Repeat("👍", length)) }),
    ];

    /// <summary>Overlong, cut off, surrogates, beyond the end of Unicode, and no UTF-8 at all.</summary>
    private static readonly byte[][] NotUtf8 =
    [
        [0x80], [0xc0, 0x80], [0xc0, 0xaf], [0xc1, 0xbf], [0xc3], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xed, 0xb0, 0x80],
        [0xf0, 0x82, 0x82, 0xac], [0xf4, 0x90, 0x80, 0x80],
        [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff, 0xfe],
    ];

    /// <summary>What isn't JSON, or is more of it than a body may hold, in place of any value.</summary>
    public static readonly IReadOnlyList<byte[]> BrokenJson =
    [
        .. new[]
        {
            "\"\\u12\"", "\"\\x41\"", "\"\\", "\"", "\"a\u0001b\"", "\"a\nb\"", "'a'", "a", "tru", "nul", "undefined", "NaN", "-Infinity",
            "01", "-01", ".5", "1.", "+1", "-", "0x10", "1e", "1e+", "1__0", "[1,]", "[,1]", "[1 2]", "[", "]", "{\"a\":1,}", "{a:1}",
            "{\"a\" 1}", "{\"a\"}", "{", "}",
            "{\"a\":1,\"a\":1}", "{\"a\":1,\"\\u0061\":2}", "[{\"a\":{\"b\":1,\"b\":2}}]", "1 // a comment", "/* a comment */ 1", "", ",",
            ":", "\ufeff1",
            Nested("[", "]", 16), Nested("{\"a\":", "}", 16, "1"), Nested("[", "]", 1000), Nested("{\"a\":", "}", 1000, "1"),
            Nested("[", "", 30000), Nested("[{\"a\":", "", 5000),
        }.Select(Encoding.UTF8.GetBytes),
        .. NotUtf8.SelectMany(bytes => new byte[][] { [.. "\""u8, .. bytes, .. "\""u8], [.. "\"a"u8, .. bytes, .. "b\""u8], bytes }),
    ];

    /// <summary>Texts that JSON can spell and Unicode doesn't have.</summary>
    public static readonly IReadOnlyList<byte[]> UnpairedSurrogates =
        [.. new[] { "\"\\ud800\"", "\"\\udc00\"", "\"\\udc00\\ud800\"", "\"a\\ud83d\"", "\"\\ud83d\\u0041\"" }.Select(
            Encoding.UTF8.GetBytes)];

    /// <summary>Values of every kind: whether one may be sent instead of another is for the schema there to say.</summary>
    public static IEnumerable<string> Json(JsonNode? other)
    {
        string[] words =
        [
            "null", "true", "false", "0", "-0", "-1", "1.5", "-1.5", "1e-7", "1e400", "-1e400", "2147483648", "9223372036854775808",
            "-9223372036854775809", "123456789012345678901234567890",
            "[]", "[[]]", "[null]", "[1]", "[\"\"]", "[{}]", "{}", "{\"a\":1}", "{\"$ref\":\"#\"}", "{\"\":\"\"}",
        ];
        return
        [
            .. words,
            .. Edges(),
            .. Texts.Select(text => JsonSerializer.Serialize(text)),
            .. other is JsonArray array ? Arrays(array) : [],
        ];
    }

    /// <summary>Texts without sense or control characters, none of them an emoji.</summary>
    public static IEnumerable<string> Junk(Random random, int count) =>
        Enumerable.Range(0, count).Select(
            _ => new string([.. Enumerable.Range(0, random.Next(3, 30)).Select(_ => (char)random.Next(0xa1, 0x2000))]));

    /// <summary>An array's own first item with one of every kind beside it, and as many of it as are too many somewhere.</summary>
    private static IEnumerable<string> Arrays(JsonArray array)
    {
        var item = array.Count == 0 ? "1" : array[0]!.ToJsonString();
        string Item(int n) => item is ['"', ..] ? $"{item[..^1]}{n}\"" : item;
        return
        [
            $"[{item},null]", $"[{item},7]", $"[{item},[{item}]]", .. Texts.Select(text => $"[{item},{JsonSerializer.Serialize(text)}]"),
            .. Bounds("maxItems").Append(10_000).Select(most => $"[{string.Join(',', Enumerable.Range(0, most + 1).Select(Item))}]"),
        ];
    }

    private static string Nested(string open, string close, int depth, string core = "") =>
        string.Concat(Enumerable.Repeat(open, depth)) + core + string.Concat(Enumerable.Repeat(close, depth));

    /// <summary>Every number that is the first or last allowed somewhere, and the one beyond it.</summary>
    private static IEnumerable<string> Edges() =>
        Bounds("minimum")
            .SelectMany(least => new[] { least - 1, least })
            .Concat(Bounds("maximum").SelectMany(most => new[] { most, most + 1 }))
            .Distinct()
            .Select(number => $"{number}");

    /// <summary>Every value that a keyword has anywhere in openapi.yaml.</summary>
    private static IEnumerable<int> Bounds(string keyword) => Bounds(ApiDocument.OpenApi, keyword).Distinct();

    private static IEnumerable<int> Bounds(JsonElement node, string keyword) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(
            member => member.Name == keyword && member.Value.ValueKind == JsonValueKind.Number ? [member.Value.GetInt32()] : Bounds(
                member.Value, keyword)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(item => Bounds(item, keyword)),
        _ => [],
    };
}
