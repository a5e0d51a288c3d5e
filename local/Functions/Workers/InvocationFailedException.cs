using Chat.Local.Functions.Protocol;

namespace Chat.Local.Functions.Workers;

/// <summary>A function failed in its worker, which tells the exception as text.</summary>
internal sealed class InvocationFailedException(StatusResult result) : Exception(
    result.Exception?.Message ?? $"The worker says {result.Status}.")
{
    /// <summary>The type of what was thrown, without its namespace.</summary>
    public string Type { get; } = result.Exception?.Type is { Length: > 0 } type
        ? type[(type.LastIndexOf('.') + 1)..]
        : result.Status.ToString();

    public override string ToString() => $"{result.Exception?.Type}: {Message}{Environment.NewLine}{result.Exception?.StackTrace}";
}
