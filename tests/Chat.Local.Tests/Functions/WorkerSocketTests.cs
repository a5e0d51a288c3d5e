using System.Net.Sockets;
using Chat.Local.Functions.Workers;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class WorkerSocketTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("chat-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Should_delete_those_that_a_killed_process_left_and_no_other()
    {
        using var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var listening = NewPath();
        server.Bind(new UnixDomainSocketEndPoint(listening));
        server.Listen();
        var (left, begins, foreign) = (NewPath(), NewPath(), Path.Combine(_directory, "chat-notes.sock"));
        foreach (var path in new[] { left, begins, foreign })
        {
            File.WriteAllText(path, "");
        }

        foreach (var path in new[] { listening, left, foreign })
        {
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }

        WorkerSocket.DeleteLeft(_directory);

        Assert.Equal(
            new[] { begins, foreign, listening }.Order(StringComparer.Ordinal),
            Directory.GetFileSystemEntries(_directory).Order(StringComparer.Ordinal));
    }

    private string NewPath() => Path.Combine(_directory, Path.GetFileName(WorkerSocket.NewPath()));
}
