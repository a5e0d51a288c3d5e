namespace Chat.Local.Functions;

/// <summary>Why the host doesn't start, as a sentence for the person who started it, and the process's exit code.</summary>
internal sealed class HostRefusedException(string message, int exitCode = 1) : Exception(message)
{
    /// <summary>The exit code for arguments that make no sense.</summary>
    public const int BadArguments = 2;

    public int ExitCode { get; } = exitCode;

    public static HostRefusedException Function(string name, string problem) => new($"The function '{name}' {problem}");
}
