using System.Text.Json;

namespace Chat.Local.SignalR.Rest;

/// <summary>A request to the REST API, whichever door it came through.</summary>
/// <param name="Path">As it was sent, escapes and all: a slash in an id is no separator.</param>
/// <param name="Query">From its question mark on; empty without one.</param>
/// <param name="CopyBodyAsync">Writes the body to a stream.</param>
internal sealed record RestRequest(
    string Method, string Host, string Path, string Query, string? Token, string? MediaType, Func<Stream, CancellationToken, Task>? CopyBodyAsync)
{
    /// <summary>Whether HTTP makes another path of this one, as <c>.</c> and <c>..</c> are steps in it.</summary>
    public static bool HasSteps(string path) => Array.Exists(path.Split('/'), part => Uri.UnescapeDataString(part) is "." or "..");
}

/// <summary>What the REST API says to a request.</summary>
/// <param name="Code">What the caller's package goes by, beside the status: the header <c>x-ms-error-code</c>.</param>
internal sealed record RestAnswer(int Status, string? Code = null, string? Message = null)
{
    public const string CodeHeader = "x-ms-error-code";

    public static readonly RestAnswer Done = new(200);
    public static readonly RestAnswer Accepted = new(202);
    public static readonly RestAnswer Nothing = new(204);
    public static readonly RestAnswer Unauthorized = new(401);
    public static readonly RestAnswer Unknown = new(404);

    /// <summary>No answer: the connection breaks.</summary>
    public static readonly RestAnswer Broken = new(0);

    /// <summary>No answer for as long as the caller waits.</summary>
    public static readonly RestAnswer Late = new(0);

    /// <summary>The error that goes with a code.</summary>
    public string Body => JsonSerializer.Serialize(new { code = Code, message = Message });

    /// <summary>The codes are made of a level, a scope and a kind, which the swagger lists.</summary>
    public static RestAnswer Invalid(string message) => new(400, "Error.Request.Invalid", message);

    public static RestAnswer NotExisted(string level, string scope) => new(404, $"{level}.{scope}.NotExisted", $"The {scope.ToLowerInvariant()} doesn't exist.");
}
