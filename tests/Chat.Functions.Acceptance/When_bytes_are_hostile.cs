using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Chat.Functions.Acceptance.Api;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Whatever comes off the wire, it is the caller's fault and not the app's.</summary>
public sealed class When_bytes_are_hostile : IAsyncLifetime
{
    private const int Seed = 20261128;
    private const int Count = 5000;

    /// <summary>Most of the time is patience, which costs nothing.</summary>
    private static readonly ParallelOptions Parallelism = new() { MaxDegreeOfParallelism = 256 };

    /// <summary>How long a server that waits for more is let wait, before there will be no more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>And where it is known to answer by itself, and to end.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private ChatApp _app = null!;

    public async Task InitializeAsync()
    {
        _app = await ChatApp.StartAsync();

        // The first call of all takes longer than a server is waited for.
        using var first = await _app.Http.GetAsync(new Uri("/api/health", UriKind.Relative));
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData("GET /api/%2500 HTTP/1.1", 404, "route_not_found")]
    [InlineData("GET /api/a%252500/b%25ff HTTP/1.1", 404, "route_not_found")]
    [InlineData("DELETE /api/conversations/%2500 HTTP/1.1", 404, "conversation_not_found")]
    public async Task Should_be_refused_by_the_app_as_a_problem(string line, int status, string code)
    {
        var answer = await SendAsync(
            Encoding.Latin1.GetBytes(
                $"{line}\r\nHost: localhost\r\nAuthorization: Bearer {Tokens.For("alice")}\r\nConnection: close\r\n\r\n"),
            Long);
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Contains("application/problem+json", answer, StringComparison.Ordinal);
        Assert.Contains($"\"code\":\"{code}\"", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}")]
    [InlineData("Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n{}")]
    public async Task Should_be_refused_by_the_host_when_no_body_can_be_made_of_them(string rest)
    {
        var answer = await SendAsync(
            Encoding.Latin1.GetBytes(
                $"POST /api/conversations HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {Tokens.For("alice")}\r\n"
                    + $"Connection: close\r\n{rest}"),
            Long);
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_never_be_a_failure_of_the_app()
    {
        var conversation = (await _app.As("alice").StartDirectAsync("bob")).ConversationId;
        var failed = new ConcurrentQueue<byte[]>();
        var seen = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var requests = RawRequests.Draw(new Random(Seed), Count, ApiOperation.All, Tokens.For("alice"), conversation);
        await Parallel.ForEachAsync(requests, Parallelism, async (request, _) =>
        {
            var status = StatusOf(await SendAsync(request, Patience));
            seen.AddOrUpdate(status, 1, (_, count) => count + 1);
            if (IsFailure(status))
            {
                failed.Enqueue(request);
            }
        });

        // Of so many at once some may take too long, which one alone doesn't.
        var failures = new List<string>();
        foreach (var request in failed)
        {
            if (await SendAsync(request, Patience) is var answer && IsFailure(StatusOf(answer)))
            {
                failures.Add($"{Encoding.Latin1.GetString(request)}\n→ {answer}");
            }
        }

        var counted = string.Join(", ", seen.OrderBy(one => one.Key, StringComparer.Ordinal)
            .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Key}: {one.Value}")));
        Assert.True(failures.Count == 0, $"{failures.Count} of {Count} ({counted}):\n{string.Join("\n\n", failures.Take(20))}");
        Assert.True(seen.Count >= 6, $"They were to differ more: {counted}.");
    }

    /// <summary>Nothing at all is an answer to what ends before it is a request.</summary>
    private static string StatusOf(string answer) => answer.Length == 0 ? "none" : answer.Split(' ')[1];

    /// <summary>505 is the server's word for a version of HTTP that the caller shouldn't ask for.</summary>
    private static bool IsFailure(string status) => status[0] == '5' && status != "505";

    /// <summary>Sends bytes and reads what comes back to its end; a reset ends it too.</summary>
    private async Task<string> SendAsync(byte[] request, TimeSpan patience)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _app.Http.BaseAddress!.Port);
        var answer = new StringBuilder();
        try
        {
            await socket.SendAsync(request);
            var buffer = new byte[16 * 1024];
            for (int received; (received = await ReceiveAsync(socket, buffer, patience)) > 0;)
            {
                answer.Append(Encoding.Latin1.GetString(buffer, 0, received));
            }
        }
        catch (SocketException)
        {
            // The server needn't read on.
        }

        return answer.ToString();
    }

    /// <summary>A server may wait for a body after a first answer, or for another request after the last.</summary>
    private static async Task<int> ReceiveAsync(Socket socket, byte[] buffer, TimeSpan patience)
    {
        var receiving = socket.ReceiveAsync(buffer);
        if (await Task.WhenAny(receiving, Task.Delay(patience, TimeProvider.System)) != receiving)
        {
            socket.Shutdown(SocketShutdown.Send);
        }

        return await receiving;
    }
}
