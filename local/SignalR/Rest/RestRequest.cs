namespace Chat.Local.SignalR.Rest;

/// <summary>A request to the REST API, whichever door it came through.</summary>
/// <param name="Path">As it was sent, escapes and all: a slash in an id is no separator.</param>
/// <param name="Query">From its question mark on; empty without one.</param>
/// <param name="CopyBodyAsync">Writes the body to a stream.</param>
internal sealed record RestRequest(
    string Method, string Host, string Path, string Query, string? Token, string? MediaType,
    Func<Stream, CancellationToken, Task>? CopyBodyAsync)
{
    /// <summary>Whether HTTP makes another path of this one, as <c>.</c> and <c>..</c> are steps in it.</summary>
    public static bool HasSteps(string[] path) => Array.Exists(path, static part => Uri.UnescapeDataString(part) is "." or "..");
}
