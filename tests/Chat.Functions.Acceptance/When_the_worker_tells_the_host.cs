using System.Collections.Concurrent;
using Chat.Functions.Acceptance.Harness;
using Chat.Local.Functions.Protocol;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What goes from the worker to the host beside answers costs every call, in Azure as well.</summary>
public class When_the_worker_tells_the_host
{
    private readonly ConcurrentQueue<StreamingMessage> _heard = new();

    private IEnumerable<RpcLog> Lines => Of(StreamingMessage.ContentOneofCase.RpcLog).Select(message => message.RpcLog);

    private IEnumerable<InvocationResponse> Responses =>
        Of(StreamingMessage.ContentOneofCase.InvocationResponse).Select(message => message.InvocationResponse);

    [Fact]
    public async Task Should_tell_that_a_function_ended_and_not_what_it_answered()
    {
        await using var app = await UseAsync();
        Assert.True(Responses.Count() > 10, $"Expected a dozen responses, saw {Responses.Count()}.");
        Assert.All(Responses, response => Assert.Null(response.ReturnValue));
        Assert.All(Responses, response => Assert.Empty(response.OutputData));
    }

    /// <summary>
    /// ASP.NET Core has five lines for each request, and HttpClient four for each of its own, with addresses that name people.
    /// </summary>
    [Fact]
    public async Task Should_send_no_line_of_a_library_about_a_call()
    {
        await using var app = await UseAsync();
        var before = Lines.Count(IsNoWarning);
        var alice = app.As("alice");
        for (var n = 0; n < 10; n++)
        {
            await alice.ConversationsAsync();
        }

        Assert.Equal(before, Lines.Count(IsNoWarning));
        Assert.DoesNotContain(Lines, line => IsNoWarning(line) && IsLibrary(line.Category));
    }

    /// <summary>A busy machine is warned of what takes too long.</summary>
    private static bool IsNoWarning(RpcLog line) => line.Level <= RpcLog.Types.Level.Information;

    private static bool IsLibrary(string category) => new[] { "Microsoft.AspNetCore", "System.Net.Http", "Azure" }
        .Any(library => category.StartsWith(library, StringComparison.Ordinal));

    private async Task<ChatApp> UseAsync()
    {
        var app = await ChatApp.StartAsync(heard: _heard.Enqueue);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await using (var phone = await bob.ListenAsync())
        {
            for (var n = 0; n < 5; n++)
            {
                await alice.SendAsync(conversation, $"message {n}");
                await phone.ReceivesAsync(conversation, $"message {n}");
            }
        }

        await bob.MessagesAsync(conversation);
        await app.HasDeliveredAsync();
        return app;
    }

    private IEnumerable<StreamingMessage> Of(StreamingMessage.ContentOneofCase content) =>
        _heard.Where(message => message.ContentCase == content);
}
