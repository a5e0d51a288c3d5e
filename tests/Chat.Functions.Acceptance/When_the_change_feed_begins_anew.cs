using System.Collections.Concurrent;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>
/// Leases that are lost, or an account that was restored: the whole history is projected once more, and none of it is pushed.
/// </summary>
public class When_the_change_feed_begins_anew
{
    private const int Conversations = 1_000;
    private const int Messages = 100;
    private const string Peer = "the-other-one";

    [Fact]
    public async Task Should_push_no_history_and_have_lists_right_with_what_is_sent_meanwhile()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);

        // Older than what is handed over once more.
        var copies = await CopiedConversations.WriteAsync(azure, await StartAsync(azure), Peer, Conversations, age: TimeSpan.FromHours(2));

        var pushed = new ConcurrentBag<string>();
        using var counted = azure.Faults.Add(new Fault("signalr", "send-user", FaultKind.Delay)
        {
            Strike = target =>
            {
                pushed.Add(target);
                return Task.CompletedTask;
            },
        });
        await using var app = await ChatApp.StartAsync(azure);
        var alice = app.As("alice");
        var talking = Enumerable.Range(0, 10).Select(n => n * (Conversations / 10)).ToList();
        foreach (var n in talking)
        {
            await alice.SendAsync(copies[n], $"meanwhile {n}");
        }

        await Settled.IsAsync(azure, patience: TimeSpan.FromMinutes(20));

        var list = (await alice.AllConversationsAsync()).ToDictionary(one => one.ConversationId, StringComparer.Ordinal);
        for (var n = 0; n < Conversations; n++)
        {
            var isTalking = talking.Contains(n);
            var (seq, text, unread) = isTalking ? (Messages + 2, $"meanwhile {n}", 0) : (Messages + 1, $"message {Messages - 1}", 1);
            Assert.Equal((seq, text, unread), State(list[copies[n]]));
            if (isTalking || n % 50 == 1)
            {
                Assert.Equal((seq, text, isTalking ? 1 : 0), State((await PeerOf(n).SummaryAsync(copies[n]))!));
            }
        }

        Assert.Equal(
            talking.Select(n => CopiedConversations.Peer(Peer, n)).Append("alice").Order(StringComparer.Ordinal),
            pushed.Distinct().Order(StringComparer.Ordinal));

        Person PeerOf(int n) => app.As(CopiedConversations.Peer(Peer, n));

        static (long Seq, string? Text, long Unread) State(SummaryJson summary) =>
            (summary.LastSeq, summary.LastMessage?.Preview, summary.UnreadCount);
    }

    /// <summary>Has a conversation to copy, and no leases of the change feed.</summary>
    private static async Task<string> StartAsync(LocalAzure azure)
    {
        await using var app = await ChatApp.StartAsync(azure);
        var (alice, peer) = (app.As("alice"), app.As(Peer));
        var conversation = (await alice.StartDirectAsync(Peer)).ConversationId;
        for (var sent = 0; sent < Messages - 1;)
        {
            var count = Math.Min(50, Messages - 1 - sent);
            var first = sent;
            await alice.AskAsync(
                "POST",
                $"/api/conversations/{conversation}/messages/batch",
                new { messages = Enumerable.Range(first, count).Select(n => new { clientMessageId = $"{n}", text = $"message {n}" }) });
            sent += count;
        }

        await peer.SendAsync(conversation, $"message {Messages - 1}");
        await app.HasDeliveredAsync();
        await StoredDocuments.ForgetLeasesAsync(app);
        return conversation;
    }
}
