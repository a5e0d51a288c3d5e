using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Inbox;

/// <summary>An inbox entry is what its log says, in whatever order and however often that is told.</summary>
public class InboxProjectionTests
{
    private const int Messages = 12;
    private static readonly UserId[] Users = [new("alice"), new("bob"), new("carol")];

    [Fact]
    public async Task Counts_what_a_recount_counts_whatever_comes_late_twice_or_half()
    {
        await using var deployment = await Deployment.StartAsync();
        for (var seed = 1; seed <= 30; seed++)
        {
            var failure = await Record.ExceptionAsync(() => RunAsync(deployment, new Random(seed)));
            Assert.True(failure is null, $"Seed {seed}: {failure}");
        }
    }

    [Fact]
    public void Counts_from_whatever_is_furthest_and_never_below_nothing()
    {
        Prop.ForAll(Gen.Choose(0, 20).Four().ToArbitrary(), numbers =>
        {
            var (last, read, joined, cleared) = ((long)numbers.Item1, numbers.Item2, numbers.Item3, numbers.Item4);
            var conversation = ConversationId.New();
            var entry = new InboxEntry
            {
                UserId = Users[0],
                ConversationId = conversation,
                Kind = ConversationKind.Group,
                Activity = "",
                LastOrdinal = last,
                ReadOrdinal = read,
                JoinedOrdinal = joined,
                ClearedOrdinal = cleared,
            };
            return entry.UnreadCount == Enumerable.Range(1, 20).Count(ordinal => ordinal <= last && ordinal > read && ordinal > joined && ordinal > cleared);
        }).QuickCheckThrowOnFailure();
    }

    private static async Task RunAsync(Deployment deployment, Random dice)
    {
        var containers = deployment.StartProcess().Containers;
        var inbox = new InboxProjection(containers, new ConversationReader(containers));
        var history = History(dice);
        var newest = history[^1].Change;
        var told = Users.ToDictionary(user => user, _ => new Recount());

        // Every range to every user at least once, some twice, among reads of what somebody may have seen.
        var steps = new List<Func<Task>>();
        foreach (var user in Users)
        {
            steps.AddRange(history.Concat(dice.GetItems(history, 3)).Select(range => (Func<Task>)(() => FanOutAsync(user, range))));
            steps.AddRange(dice.GetItems(history, 2).Select(seen => (Func<Task>)(() => ReadAsync(user, seen, dice.Next((int)seen.Change.LastOrdinal + 1)))));
        }

        foreach (var kind in new[] { FaultKind.TimeoutAfter, FaultKind.Fail })
        {
            deployment.Break("*", kind, times: 6, probability: 0.1);
        }

        deployment.Break("*", FaultKind.ResetAfter, times: 1, probability: 0.1);

        var order = steps.ToArray();
        dice.Shuffle(order);
        foreach (var step in order)
        {
            await step();
        }

        deployment.Azure.Faults.Clear();
        foreach (var user in Users)
        {
            var entry = await inbox.ReadAsync(user, newest.ConversationId, CancellationToken.None);
            Assert.Equal((newest.LastSeq, newest.LastOrdinal, newest.LastMessage, newest.Activity), (entry!.LastSeq, entry.LastOrdinal, entry.LastMessage, entry.Activity));
            Assert.Equal(Math.Max(0, Messages - told[user].Read), entry.UnreadCount);
        }

        async Task FanOutAsync(UserId user, InboxChangeOfRange range)
        {
            await RepeatedAsync(() => range.ApplyAsync(inbox, [user], CancellationToken.None));
            told[user].Tell(range.Change, range.OwnOrdinals.GetValueOrDefault(user.Value));
            await CheckAsync(user);
        }

        async Task ReadAsync(UserId user, InboxChangeOfRange seen, long ordinal)
        {
            await RepeatedAsync(() => inbox.MarkReadAsync(user, seen.Change, ordinal, CancellationToken.None));
            told[user].Tell(told[user].IsKnown ? null : seen.Change, ordinal);
            await CheckAsync(user);
        }

        async Task CheckAsync(UserId user)
        {
            InboxEntry? entry = null;
            await RepeatedAsync(async () => entry = await inbox.ReadAsync(user, newest.ConversationId, CancellationToken.None));
            Assert.Equal((told[user].Last, told[user].Read), (entry?.LastOrdinal, entry?.ReadOrdinal));
        }
    }

    /// <summary>Repeats as a queue does: what failed comes again, from its beginning.</summary>
    private static async Task RepeatedAsync(Func<Task> work)
    {
        while (await Record.ExceptionAsync(work) is { } failure)
        {
            Assert.True(CosmosFailures.IsTransient(failure), failure.ToString());
        }
    }

    /// <summary>A conversation's messages by random senders, in random ranges.</summary>
    private static InboxChangeOfRange[] History(Random dice)
    {
        var conversation = ConversationId.New();
        var at = DateTimeOffset.UnixEpoch;
        var head = new Head { ConversationId = conversation, Kind = ConversationKind.Group, CreatedBy = Users[0], CreatedAt = at, LastSeq = 1, MemberCount = Users.Length };
        var ranges = new List<InboxChangeOfRange>();
        while (head.MessageCount < Messages)
        {
            var entries = new List<LogEntry>();
            for (var left = 1 + dice.Next(4); left > 0 && head.MessageCount < Messages; left--)
            {
                var send = new NewMessage(conversation, dice.GetItems(Users, 1)[0], $"{head.MessageCount}", new MessageContent { Text = "Hello" });
                var decided = send.Decide(new DecisionContext(head, user => new HeadMember(user, MemberRole.Member), _ => null, "commit", at.AddMinutes(head.LastSeq)));
                head = decided.Head!;
                entries.AddRange(decided.Entries);
            }

            ranges.Add(InboxChangeOfRange.Of(head, entries));
        }

        return [.. ranges];
    }

    /// <summary>What one user's entry should say after all that it was told.</summary>
    private sealed class Recount
    {
        public bool IsKnown { get; private set; }

        public long Last { get; private set; }

        public long Read { get; private set; }

        public void Tell(InboxChange? change, long read)
        {
            IsKnown = true;
            Last = Math.Max(Last, change?.LastOrdinal ?? 0);
            Read = Math.Max(Read, read);
        }
    }
}
