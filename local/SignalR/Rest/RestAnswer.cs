using System.Text.Json;

namespace Chat.Local.SignalR.Rest;

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

    public static RestAnswer NotExisted(string level, string scope) =>
        new(404, $"{level}.{scope}.NotExisted", $"The {scope.ToLowerInvariant()} doesn't exist.");
}
