using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Messages;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_caller_leaves
{
    [Fact]
    public async Task Should_be_no_failure_of_the_function_that_is_answering()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        // A page that no buffer on the way holds.
        var text = string.Concat(Enumerable.Repeat("👩", 4000));
        for (var n = 0; n < 100; n++)
        {
            await alice.SendAsync(conversation, text);
        }

        using (var caller = new Socket(SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = 4096,
            LingerState = new LingerOption(enable: true, seconds: 0),
        })
        {
            await caller.ConnectAsync(app.Http.BaseAddress!.Host, app.Http.BaseAddress.Port);
            await caller.SendAsync(Encoding.ASCII.GetBytes(
                $"GET /api/conversations/{conversation}/messages?limit=100 HTTP/1.1\r\nHost: localhost\r\n"
                    + $"Authorization: Bearer {Tokens.For("alice")}\r\n\r\n"));
            Assert.NotEqual(0, await caller.ReceiveAsync(new byte[16]));
        }

        var runs = await Eventually.SeesAsync(() => RunsAsync(app, nameof(ListMessages)), runs => runs.Number("invocations") == 1);
        Assert.Equal(0, runs.Number("failures"));
    }

    private static async Task<JsonElement> RunsAsync(ChatApp app, string function)
    {
        var functions = JsonSerializer.Deserialize<JsonElement>(
            await app.Http.GetStringAsync(new Uri("local/api/functions", UriKind.Relative)));
        return functions.EnumerateArray().Single(one => one.Text("name") == function).GetProperty("runs");
    }
}
