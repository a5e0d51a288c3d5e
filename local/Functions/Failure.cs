using Chat.Local.Functions.Workers;
using Microsoft.AspNetCore.Http;

namespace Chat.Local.Functions;

/// <summary>Why a run failed: what it threw, or that it answered with a status of 500 or more.</summary>
/// <param name="Status">The answer's status; null when there is none.</param>
internal sealed record Failure(Exception? Exception, int? Status = null)
{
    private const int LongestMessage = 500;

    /// <summary>The exception's type, or the status.</summary>
    public string Type => Exception switch
    {
        null => $"HTTP {Status}",
        InvocationFailedException { Type: var type } => type,
        _ => Exception.GetType().Name,
    };

    /// <summary>The first line of what the exception says.</summary>
    public string Message
    {
        get
        {
            var line = Exception?.Message.Split('\n', 2)[0].TrimEnd() ?? "";
            return line.Length > LongestMessage ? line[..LongestMessage] + "…" : line;
        }
    }

    public static Failure? Of(Exception? exception, int? status) =>
        exception is not null ? new Failure(exception) : status >= StatusCodes.Status500InternalServerError ? new Failure(
            null, status) : null;
}
