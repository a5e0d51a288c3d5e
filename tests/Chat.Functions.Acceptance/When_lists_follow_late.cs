using System.Collections.Concurrent;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>What a page of the change feed tells late undoes nothing that somebody did knowing it.</summary>
public class When_lists_follow_late
{
    [Fact]
    public async Task Should_keep_what_the_writer_marked_and_archived_after_they_wrote()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        using (var page = new Halt(app.Azure, "functions", "feed", _ => true))
        {
            await alice.SendAsync(conversation, "I'll come back to this.");
            await page.Reached;
            await alice.MarkUnreadAsync(conversation);
            await alice.PreferAsync(conversation, new { archived = true });
        }

        await app.HasDeliveredAsync();
        Assert.Equal((true, true), await StateAsync());

        await bob.SendAsync(conversation, "Please do.");
        await Eventually.SeesAsync(StateAsync, seen => seen == (true, false), "the answer to bring it back from the archive");
        await alice.SendAsync(conversation, "Here I am.");
        await Eventually.SeesAsync(StateAsync, seen => seen == (false, false), "the next message to end the mark");

        async Task<(bool Marked, bool Archived)> StateAsync()
        {
            var summary = (await alice.AllConversationsAsync()).Single(one => one.ConversationId == conversation);
            return (summary.MarkedUnread, summary.Preferences.Archived);
        }
    }

    [Fact]
    public async Task Should_show_as_it_was_written_what_looks_like_an_instant()
    {
        const string User = "2026-01-01T10:00:00.100Z";
        const string Text = "2026-12-24T18:00:00.000+01:00";
        await using var app = await ChatApp.StartAsync();
        var (alice, other) = (app.As("alice"), app.As(User));
        var direct = (await alice.StartDirectAsync(User)).ConversationId;
        var group = (await alice.CreateGroupAsync(Text, "bob", "carol")).ConversationId;

        await other.SendAsync(direct, "Hello");
        await app.As("bob").SendAsync(group, Text);

        await Eventually.SeesAsync(
            () => alice.SummaryAsync(direct),
            seen => seen is { UnreadCount: 1, LastMessage: { SenderId: User, Preview: "Hello" } });
        await Eventually.SeesAsync(() => other.SummaryAsync(direct), seen => seen is { UnreadCount: 0, LastMessage.Preview: "Hello" });
        await Eventually.SeesAsync(() => app.As("carol").SummaryAsync(group), seen => seen is { Title: Text, LastMessage.Preview: Text });
    }

    [Fact]
    public async Task Should_push_what_looks_like_an_instant_although_its_own_delivery_was_lost()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        await using var phone = await bob.ListenAsync();
        using var feed = new Halt(app.Azure, "functions", "feed", _ => true, int.MaxValue);
        var tries = 0;
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)
        {
            Strike = _ => Task.FromResult(Interlocked.Increment(ref tries)),
        }))
        {
            // The answer may come before the last of three tries.
            await alice.SendAsync(conversation, "2026-12-24T18:00 at mine");
            await Eventually.HoldsAsync(() => tries, seen => seen == 3);
        }

        feed.Open();
        await phone.ReceivesAsync(conversation, "2026-12-24T18:00 at mine");
    }

    [Fact]
    public async Task Should_delete_the_files_of_a_deleted_group_whose_title_looks_like_an_instant()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        using var uploads = new Uploads(app.Azure);
        var alice = new Person(app.Http, "alice", lifetime: TimeSpan.FromDays(3));
        var group = (await alice.CreateGroupAsync("2026-12-24T18:00 at mine", "bob", "carol")).ConversationId;
        await uploads.ShareAsync(alice, group);

        // What looks after an upload in its first day would find that the group is gone.
        clock.Jump(TimeSpan.FromHours(25));
        await Eventually.SeesAsync(
            clock,
            () => Task.FromResult(app.Azure.ServiceBus.Find("media")!.Count()),
            count => count is { Active: 0, InFlight: 0, Scheduled: 0 });
        await app.HasDeliveredAsync(clock);
        Assert.NotEmpty(await uploads.BlobsAsync());

        await alice.DoAsync("DELETE", $"/api/conversations/{group}");

        await Eventually.SeesAsync(clock, uploads.BlobsAsync, blobs => blobs.Count == 0);
    }

    /// <summary>The next page of the feed waits behind the one that fails, and comes when its commits are old.</summary>
    [Fact]
    public async Task Should_push_what_was_committed_while_Service_Bus_was_away_for_more_than_an_hour()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, carol) = (app.As("alice"), app.As("carol"));
        var (one, other) = (
            (await alice.StartDirectAsync("bob")).ConversationId,
            (await carol.StartDirectAsync("dave")).ConversationId);
        await app.HasDeliveredAsync(clock);
        var pages = 0;
        using var counted = app.Azure.Faults.Add(new Fault("functions", "feed", FaultKind.Delay)
        {
            Strike = _ => Task.FromResult(Interlocked.Increment(ref pages)),
        });
        var pushed = new ConcurrentBag<string>();
        using var noted = app.Azure.Faults.Add(new Fault("signalr", "send-user", FaultKind.Delay)
        {
            Strike = user =>
            {
                pushed.Add(user);
                return Task.CompletedTask;
            },
        });
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)))
        {
            await alice.SendAsync(one, "early");
            await Eventually.HoldsAsync(() => pages, seen => seen > 1);
            await carol.SendAsync(other, "later");
            for (var minute = 0; minute < 64; minute += 8)
            {
                var before = pages;
                clock.Jump(TimeSpan.FromMinutes(8));
                await Eventually.SeesAsync(clock, () => Task.FromResult(pages), seen => seen > before);
            }
        }

        await app.HasDeliveredAsync(clock);
        Assert.Equal(["alice", "bob", "carol", "dave"], pushed.Distinct().Order());
    }

    [Fact]
    public async Task Should_show_a_while_after_connecting_whatever_was_committed_just_before()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync();
        var before = await bob.SyncAsync(null);

        for (var n = 0; n < 8; n++)
        {
            // At any instant around connecting: pushed, or in the list once it has followed.
            var sending = alice.SendAsync(conversation, $"message {n}");
            await Task.Delay(TimeSpan.FromMilliseconds(3 * n), TimeProvider.System);
            await using var phone = await bob.ListenAsync();
            var sent = await sending;

            await Eventually.SeesAsync(
                async () =>
                    phone.Messages(conversation).Contains(sent)
                        || (await bob.SyncAsync(before.Cursor)).Items.Any(item => item.Conversation?.LastSeq >= sent.Seq),
                told => told,
                $"bob to learn of {sent}");
        }
    }

    [Fact]
    public async Task Should_push_at_the_fifth_try_and_then_no_more()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await app.HasDeliveredAsync(clock);
        var tries = 0;
        using (FailToBob(4))
        {
            await alice.SendAsync(conversation, "late");
            await LaterAsync(() => tries, seen => seen == 4, "four tries to fail");

            // Only now, as connections don't outlive what time jumps ahead.
            await using var phone = await bob.ListenAsync();
            await LaterAsync(() => phone.Messages(conversation), seen => seen is [{ Text: "late" }, ..], "the push");
        }

        using (FailToBob(int.MaxValue))
        {
            tries = 0;
            await alice.SendAsync(conversation, "never");
            await LaterAsync(() => tries, seen => seen >= 5, "five tries to fail");
            await app.HasDeliveredAsync(clock);

            // The feed hands over again what the queue may have forgotten while time jumped.
            Assert.Contains(tries, new[] { 5, 10 });
        }

        // Whoever gets the next sees the hole.
        await using var laterPhone = await bob.ListenAsync();
        await alice.SendAsync(conversation, "next");
        Assert.Equal(4, (await laterPhone.ReceivesAsync(conversation, "next")).Seq);
        Assert.Equal(0, app.Azure.ServiceBus.Queues.Sum(queue => queue.Count().DeadLettered));
        await Eventually.SeesAsync(clock, () => bob.SummaryAsync(conversation), seen => seen is { UnreadCount: 3 });

        // A push has but some seconds: time jumps while none is made.
        Task LaterAsync<T>(Func<T> look, Func<T, bool> isRight, string expected) => Eventually.HoldsAsync(
            () =>
            {
                var seen = look();
                if (!isRight(seen) && app.Azure.ServiceBus.Find("deliveries")!.Count() is { Active: 0, InFlight: 0 })
                {
                    clock.Jump(TimeSpan.FromSeconds(1));
                }

                return seen;
            },
            isRight,
            expected);

        IDisposable FailToBob(int times) => app.Azure.Faults.Add(new Fault("signalr", "send-user", FaultKind.Fail)
        {
            Target = target => target == "bob",
            Times = times,
            Strike = _ => Task.FromResult(Interlocked.Increment(ref tries)),
        });
    }

    [Fact]
    public async Task Should_let_in_push_and_list_in_the_end_although_Service_Bus_and_SignalR_were_away()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var (alice, bob, dave) = (app.As("alice"), app.As("bob"), app.As("dave"));
        var group = (await alice.CreateGroupAsync("Trip", "bob", "carol")).ConversationId;
        await app.HasDeliveredAsync(clock);
        await using var phone = await bob.ListenAsync();
        using (app.Azure.Faults.Add(new Fault("signalr", "*", FaultKind.Fail)))
        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)))
        {
            await alice.DoAsync("POST", $"/api/conversations/{group}/members", new { members = new[] { "dave" } });
            await alice.DoAsync("DELETE", $"/api/conversations/{group}/members/bob");
            await alice.SendAsync(group, "Without bob");
            for (var n = 0; n < 10; n++)
            {
                clock.Jump(TimeSpan.FromSeconds(10));
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            }
        }

        await app.HasDeliveredAsync(clock);
        Assert.Null(await bob.SummaryAsync(group));
        Assert.Equal(
            (1, "Without bob"),
            await dave.SummaryAsync(group) is { } seen ? (seen.UnreadCount, seen.LastMessage?.Preview) : default);
        Assert.Equal(
            ["alice", "carol", "dave"],
            app.Azure.SignalR.Read().SelectMany(hub => hub.Users).Where(one => one.Groups.Contains(group)).Select(one => one.UserId)
                .Order());
        await using var davesPhone = await dave.ListenAsync();
        await alice.SendAsync(group, "Hello dave");
        await davesPhone.ReceivesAsync(group, "Hello dave");
        Assert.DoesNotContain(phone.Messages(group), message => message.Text is "Without bob" or "Hello dave");
    }
}
