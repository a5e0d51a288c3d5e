using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Shared;

/// <summary>
/// Query parameters from a client. Getters note faults and go on, so that one refusal lists them all: call <see cref="ThrowIfMalformed"/>
/// before using what they returned.
/// </summary>
internal sealed class RequestQuery(HttpRequest request)
{
    private readonly List<Fault> _faults = [];

    /// <summary>Refuses the request if a getter noted a fault.</summary>
    /// <exception cref="MalformedRequestException">It holds the refusal, with every fault.</exception>
    public void ThrowIfMalformed() => MalformedRequestException.ThrowIf(_faults.Count > 0 ? Problems.Malformed(_faults) : null);

    public void Fault(string name, string code, string detail) => _faults.Add(new Fault(name, code, detail));

    /// <summary>The page size: as requested, or the default.</summary>
    public int Limit(Limits limits) => Limit(limits.DefaultPage, limits.Page);

    /// <summary>The page size: as requested, up to <paramref name="most"/>, or <paramref name="usual"/>.</summary>
    public int Limit(int usual, int most)
    {
        if (!TryGet("limit", out var text))
        {
            return usual;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit >= 1 && limit <= most)
        {
            return limit;
        }

        Fault("limit", "out_of_range", $"Must be 1 to {most}.");
        return usual;
    }

    /// <summary>A sequence number; null when absent.</summary>
    public long? Seq(string name, long least)
    {
        if (!TryGet(name, out var text))
        {
            return null;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) && seq >= least)
        {
            return seq;
        }

        Fault(name, "out_of_range", $"Must be a whole number from {least} on.");
        return null;
    }

    /// <summary>The cursor of lists ordered by user: the last user of the page before; null for the first page.</summary>
    public UserId? UserIdContinuation()
    {
        if (!TryGet("continuation", out var text))
        {
            return null;
        }

        if (UserId.TryParse(text, out var user))
        {
            return user;
        }

        Fault("continuation", "invalid", "Must be the continuation of a page before.");
        return null;
    }

    /// <summary>The cursor of lists ordered by a text: that of the last item of the page before; null for the first page.</summary>
    public string? TextContinuation()
    {
        if (!TryGet("continuation", out var text))
        {
            return null;
        }

        // Decoding would pass over white space.
        if (text.Length is > 0 and <= 128 && Base64Url.IsValid(text) && !text.Any(char.IsWhiteSpace))
        {
            return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        }

        Fault("continuation", "invalid", "Must be the continuation of a page before.");
        return null;
    }

    /// <summary>The cursor that <see cref="TextContinuation"/> reads.</summary>
    public static string Continuation(string last) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(last));

    /// <summary>A comma-separated list of user ids, without duplicates.</summary>
    public IReadOnlyList<UserId> UserIds(string name, int limit) =>
        Ids(name, limit, "users", $"user ids, separated by commas: each {UserId.Rule}", text =>
            UserId.TryParse(text, out var id) ? id : (UserId?)null);

    /// <summary>A comma-separated list of conversation ids, without duplicates.</summary>
    public IReadOnlyList<ConversationId> ConversationIds(string name, int limit) =>
        Ids(name, limit, "conversations", "conversation ids, separated by commas", text =>
            ConversationId.TryParse(text, out var id) ? id : (ConversationId?)null);

    private IReadOnlyList<T> Ids<T>(string name, int limit, string plural, string expected, Func<string, T?> parse)
        where T : struct
    {
        if (!TryGet(name, out var text))
        {
            Fault(name, "missing", $"Must be given: {expected}.");
            return [];
        }

        var ids = new List<T>();
        foreach (var part in text.Split(','))
        {
            if (parse(part) is not { } id)
            {
                Fault(name, "invalid_id", $"Must be {expected}.");
                return [];
            }

            ids.Add(id);
        }

        if (ids.Count > limit)
        {
            Fault(name, "too_many", $"At most {limit} {plural}.");
        }

        return [.. ids.Distinct()];
    }

    /// <summary>One of the given words; null when absent.</summary>
    public string? OneOf(string name, params IEnumerable<string> words)
    {
        if (!TryGet(name, out var text) || words.Contains(text, StringComparer.Ordinal))
        {
            return text is "" ? null : text;
        }

        Fault(name, "not_allowed", $"Must be one of: {string.Join(", ", words)}.");
        return null;
    }

    /// <summary>A parameter that may be given once; null when absent.</summary>
    public string? Single(string name) => TryGet(name, out var text) ? text : null;

    private bool TryGet(string name, out string text)
    {
        var values = request.Query[name];
        text = values.Count == 1 ? values[0] ?? "" : "";
        if (values.Count > 1)
        {
            Fault(name, "repeated", "Must be given once.");
        }

        return values.Count == 1;
    }
}
