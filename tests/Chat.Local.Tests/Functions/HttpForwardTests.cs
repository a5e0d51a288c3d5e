using System.Net;
using System.Net.Sockets;
using Chat.Local.Functions;
using Chat.Local.Functions.Workers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>The way to a worker's socket: where it is, and what happens while the worker is slow to accept.</summary>
public sealed class HttpForwardTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"chat-{Guid.NewGuid():N}.sock");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Socket> _others = [];

    public void Dispose()
    {
        _others.ForEach(other => other.Dispose());
        _listener.Dispose();
        File.Delete(_path);
    }

    [Theory]
    [InlineData("/tmp/a.sock", "http://unix:/tmp/a.sock")]
    [InlineData(@"C:\Temp\a.sock", @"http://unix:/C:\Temp\a.sock")]
    public void Goes_to_what_the_server_takes_for_a_socket(string path, string expected)
    {
        Assert.Equal(expected, HttpForward.Url(path));
        Assert.True(BindingAddress.Parse(HttpForward.Url(path)).IsUnixPipe);
    }

    [Fact]
    public async Task Gives_up_a_worker_that_never_listens()
    {
        using var forward = new HttpForward(_path) { ListensWithin = TimeSpan.Zero };
        await Assert.ThrowsAsync<HostRefusedException>(() => forward.AreTakenAsync(new TaskCompletionSource().Task));
    }

    [Fact]
    public async Task Waits_for_room_where_too_many_connect_at_once()
    {
        using var forward = new HttpForward(_path);
        Fill();
        var sent = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => SendAsync(forward)));
        for (var accepted = 0; accepted < _others.Count + 8; accepted++)
        {
            _ = AnswerAsync(await _listener.AcceptAsync());
        }

        Assert.All(await sent, answer => Assert.Equal(HttpStatusCode.NoContent, answer));
    }

    [Fact]
    public async Task Waits_no_longer_for_room_than_a_function_for_its_request()
    {
        using var forward = new HttpForward(_path, TimeSpan.FromMilliseconds(20));
        Fill();
        var failed = await Assert.ThrowsAsync<TaskCanceledException>(() => SendAsync(forward));
        Assert.IsType<TimeoutException>(failed.InnerException);
    }

    /// <summary>Connects until nobody else can.</summary>
    private void Fill()
    {
        var address = new UnixDomainSocketEndPoint(_path);
        _listener.Bind(address);
        _listener.Listen(1);
        while (true)
        {
            var other = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            try
            {
                other.Connect(address);
                _others.Add(other);
            }
            catch (SocketException)
            {
                other.Dispose();
                return;
            }
        }
    }

    private static async Task<HttpStatusCode> SendAsync(HttpForward forward)
    {
        var http = new DefaultHttpContext();
        http.Request.Method = HttpMethods.Get;
        http.Request.Host = new HostString("chat.example");
        http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/";
        http.Features.Set<IHttpRequestBodyDetectionFeature>(new NoBody());
        using var answer = await forward.SendAsync(http, "1", CancellationToken.None);
        return answer.StatusCode;
    }

    private static async Task AnswerAsync(Socket connection)
    {
        await using var stream = new NetworkStream(connection, ownsSocket: true);
        if (await stream.ReadAsync(new byte[1024]) > 0)
        {
            await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
        }
    }

    private sealed class NoBody : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
