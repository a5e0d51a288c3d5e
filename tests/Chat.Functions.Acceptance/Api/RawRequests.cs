using System.Text;

namespace Chat.Functions.Acceptance.Api;

/// <summary>Requests down to the bytes, from good ones to what isn't HTTP.</summary>
internal static class RawRequests
{
    private static readonly string[] Methods =
    [
        "GET",
        "POST",
        "PUT",
        "PATCH",
        "DELETE",
        "HEAD",
        "OPTIONS",
        "TRACE",
        "CONNECT",
        "get",
        "G\u00cbT",
        "",
        "PRI",
        "A B",
        new('M', 300),
    ];

    private static readonly string[] Versions =
    [
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/2.0",
        "HTTP/0.9",
        "HTTP/9.9",
        "http/1.1",
        "HTTP/",
        "",
    ];

    private static readonly string[] Segments =
    [
        "%00", "%2500", "%252500", "a%2500b", "%25", "%2525", "%25zz", "%zz", "%", "%2", "%c0%af", "%25c0%25af", "%ff", "%25ff",
        "%ed%a0%80", "%25ed%25a0%2580", "%2e", "%2e%2e", "%252e%252e",
        ".", "..", "...", "", "%2f", "%252f", "%5c", "%255c", "\\", "{*path}", "{conversationId}", "*", "~", ";a=b", ":", "@", "|", "%7c",
        "+", "%2b", "%20", "%0d%0a", "%250d%250a", "%f0%9f%91%8d",
        "%25f0%259f%2591%258d", "%e2%80%ae", "conversations", "messages", "members", "reactions", "aaaaaaaaaaaaaaaaaaaaaa", "alice",
        new('a', 4000), new('%', 50), string.Concat(Enumerable.Repeat("%25", 300)),
    ];

    private static readonly string[] Queries =
    [
        "", "", "?", "?limit=%00", "?limit=%2500", "?continuation=%00", "?users=%00,%2500", "?users=alice%2C%00", "?afterSeq=%2B1",
        "?%00=1", "?=", "?&&&", "?a=%zz", "?filter=%ff", "?cursor=%ed%a0%80",
        "?limit=1&limit=%00", "?limit[]=1", "?" + new string('a', 7000), "?scope=%00", "??", "?#",
    ];

    private static readonly string[] Headers =
    [
        "Content-Type: application/json", "Content-Type: application/json; charset=%00", "Content-Type: application/json; charset=\"",
        "Content-Type: ;", "Content-Type: application/json;;;=",
        "Idempotency-Key: \u00e9", "Idempotency-Key: a\r\nIdempotency-Key: b", "Idempotency-Key:", "Chat-Session: 0:1#99999999999999999999",
        "Chat-Session: ,:#=", "Accept: */*;q=x", "Accept-Encoding: br;q=-1",
        "Expect: 100-continue", "Expect: 200-ok", "Content-Encoding: gzip", "Origin: null", "Origin: http://%00",
        "Access-Control-Request-Method: \u00ff", "Range: bytes=9-1", "If-Match: *", "Cookie: =", "Traceparent: 00-x",
        "Traceparent: 00-00000000000000000000000000000000-0000000000000000-00", "X-Forwarded-For: %00",
        "Connection: upgrade\r\nUpgrade: websocket", "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c", "Host: another",
        "Host: a b", "Authorization: Bearer", "Transfer-Encoding: gzip", "Transfer-Encoding: identity", "TE: trailers", " folded",
        "No colon", ": no name", "a b: c", "X: \0", "X: a\nY: b", $"X: {new string('x', 9000)}",
    ];

    private static readonly string[] Chunks =
    [
        "0\r\n\r\n", "2\r\n{}\r\n0\r\n\r\n", "FFFFFFFFFFFFFFFFF\r\n{}", "7FFFFFFFFFFFFFFF\r\n{}", "80000000\r\n{}", "-1\r\n{}\r\n",
        "0x2\r\n{}\r\n0\r\n\r\n", "g\r\n", "\r\n", "2;x=y\r\n{}\r\n0\r\n\r\n",
        "2{}\r\n", "2\r\n{}0\r\n\r\n", "2\n{}\n0\n\n", "2\r\n{", "1\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n", "0\r\nbad trailer\r\n\r\n", "",
        " 2\r\n{}\r\n0\r\n\r\n", "+2\r\n{}\r\n0\r\n\r\n", $"{new string('0', 40)}2\r\n{{}}\r\n0\r\n\r\n",
    ];

    private static readonly string[] Lengths =
    [
        "2",
        "0",
        "3",
        "1",
        "-1",
        "+2",
        "02",
        "2, 2",
        "2\r\nContent-Length: 3",
        "99999999999999999999",
        "9223372036854775807",
        "",
        "x",
        "65537",
        "31457281",
    ];

    /// <summary>As many as asked for, the same for the same seed.</summary>
    public static IEnumerable<byte[]> Draw(
        Random random,
        int count,
        IReadOnlyList<ApiOperation> operations,
        string token,
        string conversation)
    {
        for (var n = 0; n < count; n++)
        {
            var operation = operations[random.Next(operations.Count)];
            var method = random.Next(4) == 0 ? Pick(random, Methods) : operation.Method;
            var text = new StringBuilder(
                $"{method} {Target(random, operation, conversation)} {(random.Next(8) == 0 ? Pick(random, Versions) : "HTTP/1.1")}\r\n");
            text.Append(random.Next(20) == 0 ? "" : "Host: localhost\r\n")
                .Append(random.Next(20) == 0 ? "" : $"Authorization: Bearer {token}\r\n")
                .Append("Connection: close\r\n");
            for (var header = random.Next(4); header > 0; header--)
            {
                text.Append(Pick(random, Headers)).Append("\r\n");
            }

            text.Append(random.Next(3) switch
            {
                0 => $"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{Pick(random, Chunks)}",
                1 => $"Content-Type: application/json\r\nContent-Length: {Pick(random, Lengths)}\r\n\r\n"
                    + $"{Pick(random, ["{}", "{", "", "{}{}", "\0\0"])}",
                _ => "\r\n",
            });
            var bytes = Encoding.Latin1.GetBytes(text.ToString());

            // Now and then a byte is another, or the rest is missing.
            if (random.Next(6) == 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            yield return random.Next(50) == 0 ? bytes[..random.Next(1, bytes.Length)] : bytes;
        }
    }

    private static string Target(Random random, ApiOperation operation, string conversation)
    {
        var path = string.Join('/', operation.Path.Split('/').Select(segment => segment switch
        {
            "{conversationId}" when random.Next(2) == 0 => conversation,
            ['{', ..] => Pick(random, Segments),
            _ => random.Next(15) == 0 ? Pick(random, Segments) : segment,
        }));
        return random.Next(30) switch
        {
            0 => $"http://localhost/api{path}",
            1 => $"/api{path}/{Pick(random, Segments)}",
            2 => Pick(random, [
                "*", "/", "//", "/api", "/api//", "localhost:80", "/%00", "/api/%2500", "/admin/%2500", "/local/%2500",
                "/client/negotiate?hub=%00", "/%2e%2e/api", "/api/%00", "\u00ff",
            ]),
            _ => $"/api{path}{Pick(random, Queries)}",
        };
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
