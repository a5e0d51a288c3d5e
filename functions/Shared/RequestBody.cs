using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Chat.Functions.Shared;

/// <summary>
/// A JSON object from a client, read within bounds. Getters note faults and go on, so that one refusal lists them all: call
/// <see cref="ThrowIfMalformed"/> before using what they returned.
/// </summary>
public sealed partial class RequestBody : IDisposable
{
    // Duplicate fields are refused: parsers disagree on which one counts, and a gateway may check the other.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 16, AllowDuplicateProperties = false };

    private readonly Problem? _unreadable;
    private readonly byte[] _buffer;
    private readonly JsonDocument? _document;
    private readonly JsonElement _object;
    private readonly string _path = "";
    private readonly List<Fault> _faults = [];

    private RequestBody(Problem? unreadable, byte[] buffer, JsonDocument? document)
    {
        _unreadable = unreadable;
        _buffer = buffer;
        _document = document;
        _object = document?.RootElement ?? default;
    }

    /// <summary>Refuses the request if the body can't be read or a getter noted a fault.</summary>
    /// <exception cref="MalformedRequestException">It holds the refusal, with every fault.</exception>
    public void ThrowIfMalformed() =>
        MalformedRequestException.ThrowIf(_unreadable ?? (_faults.Count > 0 ? Problems.Malformed(_faults) : null));

    /// <summary>Reads at most <paramref name="limit"/> bytes of <c>application/json</c>.</summary>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, int limit, CancellationToken cancellationToken)
    {
        if (!IsJson(request))
        {
            return new RequestBody(Problems.UnsupportedMediaType, [], null);
        }

        if (request.ContentLength > limit)
        {
            return new RequestBody(Problems.BodyTooLarge(limit), [], null);
        }

        // One byte more than allowed, to detect a body that is too large.
        var buffer = ArrayPool<byte>.Shared.Rent((int)(request.ContentLength ?? limit) + 1);
        var length = await ReadAsync(request.Body, buffer, cancellationToken);
        if (length > limit)
        {
            return new RequestBody(Problems.BodyTooLarge(limit), buffer, null);
        }

        if (!Utf8.IsValid(buffer.AsSpan(0, length)))
        {
            return new RequestBody(Problems.MalformedJson("The body must be UTF-8."), buffer, null);
        }

        try
        {
            var document = JsonDocument.Parse(buffer.AsMemory(0, length), Strict);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new RequestBody(null, buffer, document)
                : new RequestBody(Problems.MalformedJson("The body must be a JSON object."), buffer, document);
        }
        catch (JsonException exception)
        {
            // The parser gives no position for duplicate fields.
            var detail = exception.LineNumber is { } line
                ? $"Line {line + 1}, byte {exception.BytePositionInLine + 1}."
                : "A member is there twice.";
            return new RequestBody(Problems.MalformedJson(detail), buffer, null);
        }
        catch (InvalidOperationException)
        {
            // The parser's way to refuse unpaired surrogates in names.
            return new RequestBody(Problems.MalformedJson("The names of members must be valid Unicode."), buffer, null);
        }
    }

    /// <summary>Notes a fault that the getters don't check.</summary>
    public void Fault(string pointer, string code, string detail) => _faults.Add(new Fault(_path + pointer, code, detail));

    /// <summary>
    /// A string of 1 to <paramref name="limit"/> Unicode scalar values, without NUL and unpaired surrogates. It isn't trimmed.
    /// </summary>
    public string Text(string name, int limit)
    {
        if (!TryGetString(name, out var text))
        {
            return "";
        }

        CheckText($"/{name}", text, limit);
        return text;
    }

    /// <summary>An identifier that the client chose: 1–64 printable ASCII characters.</summary>
    public string ClientId(string name)
    {
        if (TryGetString(name, out var text) && !IsClientId(text))
        {
            Fault($"/{name}", "invalid_id", "Must be 1 to 64 printable ASCII characters.");
        }

        return text;
    }

    /// <summary>A SHA-256 hash: 64 lower-case hexadecimal digits.</summary>
    public string Sha256(string name)
    {
        if (TryGetString(name, out var text)
            && !(text.Length == 2 * SHA256.HashSizeInBytes && text.All(char.IsAsciiHexDigitLower)))
        {
            Fault($"/{name}", "invalid_hash", "Must be 64 lower-case hexadecimal digits.");
        }

        return text;
    }

    /// <summary>One of the given words.</summary>
    public string OneOf(string name, params ReadOnlySpan<string> words)
    {
        if (TryGetString(name, out var text) && !words.Contains(text))
        {
            Fault($"/{name}", "not_allowed", $"Must be one of: {string.Join(", ", words)}.");
        }

        return text;
    }

    /// <summary>An absolute https URL without credentials.</summary>
    public string WebAddress(string name, int limit)
    {
        if (!TryGetString(name, out var text))
        {
            return "";
        }

        if (text.Length > limit)
        {
            Fault($"/{name}", "too_long", $"At most {limit} characters.");
        }
        else if (!IsWebAddress(text))
        {
            Fault($"/{name}", "invalid_address", "Must be an absolute https address without credentials, percent-encoded.");
        }

        return text;
    }

    /// <summary>Whether it is an absolute https address without credentials, percent-encoded.</summary>
    public static bool IsWebAddress(string text) =>
        Ascii.IsValid(text)
        && Uri.IsWellFormedUriString(text, UriKind.Absolute)
        && new Uri(text) is { UserInfo: "" } address
        && address.Scheme == Uri.UriSchemeHttps;

    /// <summary>A user id.</summary>
    public UserId User(string name)
    {
        if (TryGetString(name, out var text) && !UserId.TryParse(text, out _))
        {
            Fault($"/{name}", "invalid_id", $"Must be {UserId.Rule}.");
        }

        return new UserId(text);
    }

    /// <summary>User ids without duplicates, in the order given; null when there is a fault.</summary>
    public IReadOnlyList<UserId>? UserIds(string name)
    {
        if (!TryGet(name, "an array of user ids", out var array, JsonValueKind.Array))
        {
            return null;
        }

        var faults = _faults.Count;
        var users = new List<UserId>(array.GetArrayLength());
        var seen = new HashSet<UserId>();
        foreach (var (index, element) in array.EnumerateArray().Index())
        {
            if (element.ValueKind != JsonValueKind.String)
            {
                Fault($"/{name}/{index}", "wrong_type", "Must be a string.");
            }
            else if (!UserId.TryParse(Decode(element), out var user))
            {
                Fault($"/{name}/{index}", "invalid_id", $"Must be {UserId.Rule}.");
            }
            else if (seen.Add(user))
            {
                users.Add(user);
            }
        }

        return _faults.Count == faults ? users : null;
    }

    /// <summary>An integer, at least <paramref name="least"/>.</summary>
    public long Seq(string name, int least = 0)
    {
        if (!TryGet(name, "a whole number", out var element, JsonValueKind.Number))
        {
            return 0;
        }

        if (!element.TryGetInt64(out var number) || number < least)
        {
            Fault($"/{name}", "out_of_range", $"Must be a whole number from {least} on.");
        }

        return number;
    }

    /// <summary>A number of degrees, from −<paramref name="most"/> to <paramref name="most"/>.</summary>
    public double Degrees(string name, int most)
    {
        if (!TryGet(name, "a number", out var element, JsonValueKind.Number))
        {
            return 0;
        }

        if (element.TryGetDouble(out var degrees) && Math.Abs(degrees) <= most)
        {
            return degrees;
        }

        Fault($"/{name}", "out_of_range", $"Must be a number from -{most} to {most}.");
        return 0;
    }

    /// <summary>A boolean.</summary>
    public bool Bool(string name) =>
        TryGet(name, "true or false", out var element, JsonValueKind.True, JsonValueKind.False) && element.GetBoolean();

    /// <summary>An RFC 3339 instant with an offset, truncated to milliseconds.</summary>
    public DateTimeOffset Instant(string name)
    {
        if (!TryGetString(name, out var text))
        {
            return default;
        }

        // Without an offset it would be taken as local time.
        var isOffset = text is [.., 'Z'] or [.., '+' or '-', _, _, ':', _, _];
        if (!DateTimeOffset.TryParseExact(
            text,
            "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
            CultureInfo.InvariantCulture,
            DateTimeStyles.None,
            out var instant)
            || !isOffset)
        {
            Fault($"/{name}", "invalid_instant", "Must be an RFC 3339 date and time with an offset.");
        }

        return DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());
    }

    /// <summary>
    /// A field of a JSON merge patch (RFC 7396): unchanged when absent, cleared when null, otherwise read by its getter.
    /// </summary>
    public Merge<T> Merge<T>(string name, Func<string, T> read)
    {
        return _unreadable is not null || !_object.TryGetProperty(name, out var element)
            ? default
            : new(true, element.ValueKind == JsonValueKind.Null ? default : read(name));
    }

    public void Dispose()
    {
        _document?.Dispose();
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }
    }

    internal static bool IsClientId(string text) =>
        text.Length is >= 1 and <= 64 && !text.AsSpan().ContainsAnyExceptInRange('\x20', '\x7e');

    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        }
        catch (IOException broken) when (broken is not BadHttpRequestException)
        {
            // The server throws this for malformed chunks and for a connection that ended.
            throw new BadHttpRequestException("The body can't be read.", broken);
        }
    }

    private static bool IsJson(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        && request.Headers.ContentEncoding.All(coding => string.Equals(coding, "identity", StringComparison.OrdinalIgnoreCase));

    private static string? Decode(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            // The reader's way to refuse unpaired surrogates.
            return null;
        }
    }

    private void CheckText(string pointer, string text, int limit)
    {
        var scalars = text.EnumerateRunes().Count();
        if (scalars == 0)
        {
            Fault(pointer, "too_short", "Must not be empty.");
        }
        else if (scalars > limit)
        {
            Fault(pointer, "too_long", $"At most {limit} Unicode scalar values.");
        }
        else if (text.Contains('\0', StringComparison.Ordinal))
        {
            Fault(pointer, "invalid_text", "Must not contain NUL.");
        }
    }

    private bool TryGetString(string name, out string text)
    {
        text = "";
        if (!TryGet(name, "a string", out var element, JsonValueKind.String))
        {
            return false;
        }

        if (Decode(element) is not { } decoded)
        {
            Fault($"/{name}", "invalid_text", "Must be valid Unicode.");
            return false;
        }

        text = decoded;
        return true;
    }

    /// <param name="name">A field, or a nested field such as <c>draft/text</c>.</param>
    private bool TryGet(string name, string expected, out JsonElement element, params ReadOnlySpan<JsonValueKind> kinds)
    {
        element = default;
        if (_unreadable is not null)
        {
            return false;
        }

        element = _object;
        foreach (var part in name.Split('/'))
        {
            if (element.ValueKind != JsonValueKind.Object)
            {
                Fault($"/{name[..(name.LastIndexOf('/'))]}", "wrong_type", "Must be an object.");
                return false;
            }

            if (!element.TryGetProperty(part, out element))
            {
                Fault($"/{name}", "missing", $"Must be {expected}.");
                return false;
            }
        }

        if (!kinds.Contains(element.ValueKind))
        {
            Fault($"/{name}", "wrong_type", $"Must be {expected}.");
            return false;
        }

        return true;
    }
}

/// <summary>What a JSON merge patch says about a field.</summary>
/// <param name="IsGiven">False when the field is absent and doesn't change.</param>
/// <param name="Value">The new value; the default to clear it.</param>
public readonly record struct Merge<T>(bool IsGiven, T? Value)
{
    /// <summary>The value after the merge.</summary>
    public T? Or(T? before) => IsGiven ? Value : before;
}
