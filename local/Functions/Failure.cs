using Microsoft.AspNetCore.Http;

namespace Chat.Local.Functions;

/// <summary>Why a run failed: the exception that it ended with, or that its middleware answered with a status of 500 or more.</summary>
/// <param name="Status">The answer's status; null when there is none.</param>
internal sealed record Failure(Exception? Exception, int? Status = null)
{
    private const int LongestMessage = 500;

    /// <summary>The exception's type, or the status.</summary>
    public string Type => Exception?.GetType().Name ?? $"HTTP {Status}";

    /// <summary>The first line of what the exception says.</summary>
    public string Message
    {
        get
        {
            var line = Exception?.Message.Split('\n', 2)[0].TrimEnd() ?? "";
            return line.Length > LongestMessage ? line[..LongestMessage] + "…" : line;
        }
    }

    public static Failure? Of(Invocation invocation) =>
        invocation.Http?.Response.StatusCode is >= StatusCodes.Status500InternalServerError and var status ? new Failure(invocation.Thrown, status) : null;
}
