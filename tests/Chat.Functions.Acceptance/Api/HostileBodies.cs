using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Chat.Functions.Acceptance.Api;

/// <summary>What can be wrong with a request's body: its type, its bytes, and every value in it.</summary>
internal static class HostileBodies
{
    private static readonly string[] OtherTypes =
    [
        "", "text/plain", "application/xml", "text/json", "application/jsonp", "application/json+patch",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
        "application/octet-stream", "application/*", "*/*", "json", "application", "application//json", "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=latin1", "application/json; charset=us-ascii", new('a', 3000),
    ];

    /// <param name="valid">What is made wrong.</param>
    /// <param name="random">What chance decides by.</param>
    /// <param name="isTried">Decides on each way to be wrong: what isn't tried isn't made either, which takes longer.</param>
    public static IEnumerable<Attack> Of(ApiRequest valid, Random random, Func<bool> isTried) => valid.Body is null
        ? []
        : [
            .. Types(valid).Where(_ => isTried()), .. Bytes(valid, valid.Body, random, isTried),
            .. Values(valid, valid.Body, random, isTried),
        ];

    private static IEnumerable<Attack> Types(ApiRequest valid) =>
        OtherTypes.Select(type => valid with { ContentType = type })
            .Concat(new[] { "gzip", "br", "identity, gzip", "x" }.Select(
                encoding => valid with { Headers = valid.Headers.SetItem("Content-Encoding", encoding) }))
            .Select(request => new Attack(request, "the type", Attack.Says("unsupported_media_type")));

    private static IEnumerable<Attack> Bytes(ApiRequest valid, byte[] body, Random random, Func<bool> isTried)
    {
        var text = Encoding.UTF8.GetString(body);
        IEnumerable<byte[]> broken =
        [
            [0xef, 0xbb, 0xbf, .. body], Encoding.Unicode.GetBytes(text), Encoding.UTF32.GetBytes(text), Compressed(body),
            [.. body, .. body], [.. body, .. "x"u8], [.. body, 0],
            [.. "["u8, .. body, .. "]"u8], JsonSerializer.SerializeToUtf8Bytes(text), [.. "1"u8], [.. "null"u8],
            [.. "text=Hello&kind=direct"u8], [.. "<text>Hello</text>"u8],

            // Cut off, anywhere; and noise.
            .. Enumerable.Range(0, body.Length - 1).Select(length => body[..length]),
            .. Enumerable.Range(0, 40).Select(_ => Noise(random)),

            // With a member more that is broken, or has a broken name; with a member twice, spelt differently.
            .. HostileValues.BrokenJson.Select(value => (byte[])[.. "{\"more\":"u8, .. value, .. ","u8, .. body[1..]]),
            .. HostileValues.BrokenJson.Concat(HostileValues.UnpairedSurrogates).Where(value => value is [(byte)'"', ..])
                .Select(name => (byte[])[.. "{"u8, .. name, .. ":1,"u8, .. body[1..]]),
            .. JsonNode.Parse(body)!.AsObject().SelectMany(member => new[] { member.Key, $"\\u{(int)member.Key[0]:x4}{member.Key[1..]}" })
                .Select(name => Encoding.UTF8.GetBytes($"{{\"{name}\":null,{text[1..]}")),
        ];
        return
        [
            .. broken.Where(_ => isTried()).Select(
                one => new Attack(valid with { Body = one }, Encoding.UTF8.GetString(one), Attack.Says("malformed_json"))),
            .. new[] { 65_537, 100_000, 1_000_000 }.Where(_ => isTried()).Select(size => new Attack(
                valid with { Body = [.. body, .. Enumerable.Repeat((byte)' ', size - body.Length)] },
                $"{size} bytes",
                Attack.Says("body_too_large"))),
        ];
    }

    /// <summary>
    /// Every value in the body, at any depth, replaced by every other, left out and broken; and now and then two at once.
    /// </summary>
    private static IEnumerable<Attack> Values(ApiRequest valid, byte[] body, Random random, Func<bool> isTried)
    {
        var places = JsonPlaces.In(body);
        var wrong = (
            from place in places
            from value in HostileValues.Json(JsonPlaces.At(body, place))
            where isTried() && !IsAllowed(valid, JsonPlaces.Fill(body, place, value))
            select (Place: place, Value: value)).ToList();
        return
        [
            .. from one in wrong select Wrong(valid, JsonPlaces.Fill(body, one.Place, one.Value), one.Place),
            .. from place in places let without = JsonPlaces.Remove(body, place) where isTried() && !IsAllowed(valid, without) select Wrong(
                valid,
                without,
                place),
            .. from place in places
               from value in HostileValues.BrokenJson.Concat(HostileValues.UnpairedSurrogates)

               // Nothing in place of an array's only item is well-formed.
               where (value.Length > 0 || !char.IsDigit(place[^1])) && isTried()
               let isAboutIt = Attack.PointsTo(place)
               select new Attack(
                   valid with { Body = JsonPlaces.Fill(body, place, value) },
                   $"{place} broken",
                   answer => isAboutIt(answer) || answer.Code == "malformed_json"),
            .. from n in Enumerable.Range(0, wrong.Count > 1 ? 40 : 0).Where(_ => isTried())
               let first = wrong[random.Next(wrong.Count)]
               let second = wrong[random.Next(wrong.Count)]
               where !first.Place.StartsWith(second.Place, StringComparison.Ordinal)
                   && !second.Place.StartsWith(first.Place, StringComparison.Ordinal)
               select Wrong(
                   valid,
                   JsonPlaces.Fill(JsonPlaces.Fill(body, first.Place, first.Value), second.Place, second.Value),
                   first.Place,
                   second.Place),
        ];
    }

    /// <summary>The refusal must be about one of the places at least.</summary>
    private static Attack Wrong(ApiRequest valid, byte[] body, params IReadOnlyList<string> places)
    {
        var isAboutOne = places.Select(Attack.PointsTo).ToList();
        return new Attack(
            valid with { Body = body },
            Encoding.UTF8.GetString(body),
            body.Length > 65_536 ? Attack.Says("body_too_large") : answer => isAboutOne.Exists(isAboutIt => isAboutIt(answer)));
    }

    private static bool IsAllowed(ApiRequest valid, byte[] body) =>
        SchemaCheck.Allows(valid.Operation.Body!.Schema, JsonSerializer.Deserialize<JsonElement>(body));

    private static byte[] Noise(Random random)
    {
        var bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Compressed(byte[] body)
    {
        using var target = new MemoryStream();
        using (var zip = new GZipStream(target, CompressionLevel.Fastest))
        {
            zip.Write(body);
        }

        return target.ToArray();
    }
}
