using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Shared;

/// <summary>The header by which a client marks a request as a retry of an earlier one that created something.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";

    /// <summary>The key; null when there is none. A fault is noted on the body.</summary>
    public static string? Read(HttpRequest request, RequestBody body)
    {
        if (!request.Headers.TryGetValue(Header, out var given))
        {
            return null;
        }

        var key = given.ToString();
        if (!RequestBody.IsClientId(key))
        {
            body.Fault(Header, "invalid_id", "Must be 1 to 64 printable ASCII characters.");
        }

        return key;
    }
}
