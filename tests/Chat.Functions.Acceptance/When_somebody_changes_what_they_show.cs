using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What a user hides is hidden from then on, whatever was read or written at the same time.</summary>
public class When_somebody_changes_what_they_show
{
    [Fact]
    public async Task Should_hide_from_the_answer_on_what_was_being_read_just_then()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var sent = await alice.SendAsync(group, "question");
        var (read, open, stamped) = (new TaskCompletionSource(), new TaskCompletionSource(), new TaskCompletionSource());
        using var held = app.Azure.Faults.Add(
            new Fault("cosmos", "*", FaultKind.Delay) { Times = 1, Target = IsSettingsOfBob, Applied = HoldAsync });
        using var counting = app.Azure.Faults.Add(new Fault("cosmos", "create", FaultKind.Delay) { Target = IsProfileOfBob });

        // Any call looks whether it may stamp when its user was last seen.
        await bob.ConversationsAsync();
        await read.Task.WaitAsync(Eventually.Timeout);
        await bob.AskAsync("PATCH", "/api/me/privacy", new { readReceipts = false });
        open.SetResult();
        await stamped.Task.WaitAsync(Eventually.Timeout);

        await bob.MarkReadAsync(group, sent.Seq);
        Assert.Equal(0, await ReadSeqAsync(alice, group, "bob"));

        Task HoldAsync(string target)
        {
            read.TrySetResult();
            return open.Task;
        }

        static bool IsSettingsOfBob(string target) => target.Contains("bob/settings", StringComparison.Ordinal);

        bool IsProfileOfBob(string target) => target.Contains("bob/profile", StringComparison.Ordinal) && stamped.TrySetResult() && false;
    }

    [Fact]
    public async Task Should_hide_again_through_an_instance_that_saw_only_that_it_was_hidden()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var sent = await alice.SendAsync(group, "question");
        await bob.At(other).AskAsync("PATCH", "/api/me/privacy", new { readReceipts = false });
        app.Azure.Cosmos.LagReads("chat", "users", 1000);

        await bob.AskAsync("PATCH", "/api/me/privacy", new { readReceipts = true });
        await bob.At(other).AskAsync("PATCH", "/api/me/privacy", new { readReceipts = false });

        app.Azure.Cosmos.LagReads("chat", "users", 0);
        Assert.False((await bob.AskAsync("GET", "/api/me/privacy")).GetProperty("readReceipts").GetBoolean());
        await bob.At(other).MarkReadAsync(group, sent.Seq);
        Assert.Equal(0, await ReadSeqAsync(alice, group, "bob"));
    }

    [Theory]
    [InlineData("direct")]
    [InlineData("group")]
    public async Task Should_leave_what_was_seen_and_never_show_what_was_hidden(string kind)
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = kind == "direct"
            ? (await alice.StartDirectAsync("bob")).ConversationId
            : (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        var shown = await AnswerAsync();
        Assert.Equal(shown, await ReadSeqAsync(alice, conversation, "bob"));

        await bob.AskAsync("PATCH", "/api/me/privacy", new { readReceipts = false });
        Assert.Equal(shown, await ReadSeqAsync(alice, conversation, "bob"));
        var hidden = await AnswerAsync();
        Assert.Equal(shown, await ReadSeqAsync(alice, conversation, "bob"));
        Assert.Equal(hidden, await ReadSeqAsync(bob, conversation, "bob"));

        await bob.AskAsync("PATCH", "/api/me/privacy", new { readReceipts = true });
        Assert.Equal(shown, await ReadSeqAsync(alice, conversation, "bob"));
        var again = await AnswerAsync();
        Assert.Equal(again, await ReadSeqAsync(alice, conversation, "bob"));

        async Task<long> AnswerAsync()
        {
            await alice.SendAsync(conversation, "question");
            var answer = await bob.SendAsync(conversation, "answer");
            await app.HasDeliveredAsync();
            return answer.Seq;
        }
    }

    private static async Task<long> ReadSeqAsync(Person person, string conversation, string of) =>
        (await person.AskAsync("GET", $"/api/conversations/{conversation}/receipts")).GetProperty("receipts").EnumerateArray()
            .Single(one => one.GetProperty("userId").GetString() == of).GetProperty("readSeq").GetInt64();
}
