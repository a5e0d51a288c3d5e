using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>
/// What a client echoes so that it reads its own writes: the Cosmos session token of the conversations container, or several of them with commas
/// between. Opaque to clients; one that isn't ours is ignored, and one that the account doesn't know is retried without.
/// </summary>
public readonly record struct Session(string Value)
{
    public const string Header = "Chat-Session";

    private const int MaxLength = 1024;
    private static readonly SearchValues<char> Allowed = SearchValues.Create("0123456789:#=,.-");

    /// <summary>The session in a request, or null: all that were given, in one header or several.</summary>
    public static Session? Of(HttpRequest request)
    {
        var text = request.Headers[Header].ToString().Replace(" ", "", StringComparison.Ordinal);
        return text.Length is > 0 and <= MaxLength && !text.AsSpan().ContainsAnyExcept(Allowed) ? new Session(text) : null;
    }

    /// <summary>By which a reader sees all that each of some sessions sees; null when there is none.</summary>
    public static Session? Of(IEnumerable<Session?> sessions)
    {
        var all = sessions.OfType<Session>().Distinct().ToList();
        return all.Count == 0 ? null : new Session(string.Join(',', all));
    }

    /// <summary>The session of an answer from Cosmos DB, or null.</summary>
    internal static Session? Of(Headers headers) => headers.Session is { Length: > 0 } token ? new Session(token) : null;

    public override string ToString() => Value;
}
