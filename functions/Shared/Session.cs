using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>
/// The session token that a client echoes to read its own writes: Cosmos DB's token of the container <c>conversations</c>, or
/// several, separated by commas. Opaque to clients. A malformed token is ignored; a read with a token that the account doesn't
/// know is retried without it.
/// </summary>
public readonly record struct Session(string Value)
{
    public const string Header = "Chat-Session";

    private const int MaxLength = 1024;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789:#=,.-");

    /// <summary>The session of a request, from one header or several; null when there is none.</summary>
    public static Session? Of(HttpRequest request)
    {
        var text = request.Headers[Header].ToString().Replace(" ", "", StringComparison.Ordinal);
        return text.Length is > 0 and <= MaxLength && !text.AsSpan().ContainsAnyExcept(Allowed) ? new Session(text) : null;
    }

    /// <summary>One session that sees everything that these sessions see; null when there is none.</summary>
    public static Session? Of(IEnumerable<Session?> sessions)
    {
        var all = sessions.OfType<Session>().Distinct().ToList();
        return all.Count == 0 ? null : new Session(string.Join(',', all));
    }

    /// <summary>The session of an answer from Cosmos DB; null when it has none.</summary>
    internal static Session? Of(Headers headers) => headers.Session is { Length: > 0 } token ? new Session(token) : null;

    public override string ToString() => Value;
}
