using System.Net.Sockets;

namespace Chat.Local.Functions.Workers;

/// <summary>The Unix sockets at which workers take requests: files that a killed process leaves behind.</summary>
internal static class WorkerSocket
{
    private const string Any = "chat-????????????????????????????????.sock";
    private static readonly EnumerationOptions Exactly = new() { MatchType = MatchType.Simple };

    /// <summary>Longer than a server needs from making its socket to listening there.</summary>
    private static readonly TimeSpan New = TimeSpan.FromMinutes(1);

    public static string NewPath() => Path.Combine(Path.GetTempPath(), $"chat-{Guid.NewGuid():N}.sock");

    /// <summary>Deletes the sockets where nobody listens any more.</summary>
    public static void DeleteLeft(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory, Any, Exactly))
        {
            try
            {
                if (TimeProvider.System.GetUtcNow() - new DateTimeOffset(File.GetLastWriteTimeUtc(path)) > New && IsLeft(path))
                {
                    File.Delete(path);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It is another user's, or another start was faster.
            }
        }
    }

    private static bool IsLeft(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException refused)
        {
            return refused.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }
}
