using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Privacy;
using Chat.Functions.Receipts;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Functions.Tests.Inbox;

/// <summary>An inbox entry is what its log says, in whatever order and however often that is told.</summary>
public class InboxProjectionTests
{
    private const int Messages = 12;
    private static readonly UserId[] Users = [new("alice"), new("bob"), new("carol")];

    [Fact]
    public Task Counts_what_a_recount_counts_whatever_comes_late_twice_or_half() => StorySeeds.TryAsync(30, async seed =>
    {
        await using var deployment = await Deployment.StartAsync();
        await RunAsync(deployment, new Random(seed));
    });

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
            return entry.UnreadCount(DateTimeOffset.UnixEpoch) == Enumerable.Range(1, 20)
                .Count(ordinal => ordinal <= last && ordinal > read && ordinal > joined && ordinal > cleared);
        }).QuickCheckThrowOnFailure();
    }

    private static async Task RunAsync(Deployment deployment, Random dice)
    {
        var containers = deployment.StartProcess().Containers;
        var inbox = new InboxProjection(containers, new ConversationReader(containers), TimeProvider.System);
        var marks = new MemberWatermarks(containers);
        var receipts = new SentReceipts(marks, new PrivacyReader(containers, TimeProvider.System), new Limits());
        var history = History(dice);
        var newest = ConversationSnapshot.Of(history[^1].Head);
        var told = new Dictionary<UserId, Recount>();
        foreach (var user in Users)
        {
            told[user] = new Recount { Joined = user == Users[0] ? 0 : dice.Next(Messages / 2) };
            await JoinAsync(containers, newest.ConversationId, user, told[user].Joined);
        }

        // Every range since they joined to every user at least once, some twice, among what else moves an entry: turns, and what
        // the user does.
        var steps = new List<Func<Task>>();
        foreach (var user in Users)
        {
            var theirs = Array.FindAll(history, range => range.Head.MessageCount > told[user].Joined);
            steps.AddRange(
                theirs.Concat(dice.GetItems(theirs, 3)).Select(range => (Func<Task>)(() => FanOutAsync(user, range.Head, range.Entries))));
            steps.AddRange(dice.GetItems(theirs, 2).Select(range => (Func<Task>)(() => FanOutAsync(user, range.Head, []))));
            steps.AddRange(dice.GetItems(theirs, 2)
                .Select(seen => (Func<Task>)(() => ReadAsync(user, seen.Head, dice.Next((int)seen.Head.MessageCount + 1)))));
            steps.AddRange(dice.GetItems(theirs, 2)
                .Select(seen => (Func<Task>)(() => ClearAsync(user, seen.Head, dice.Next((int)seen.Head.MessageCount + 1)))));
            steps.Add(() => MarkUnreadAsync(user, theirs[0].Head));
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
            Assert.Equal((newest.LastSeq, newest.LastOrdinal, newest.LastMessage, newest.Activity), (
                entry!.LastSeq, entry.LastOrdinal, entry.LastMessage, entry.Activity));
            Assert.Equal(Enumerable.Range(1, Messages).Count(told[user].IsUnread), entry.UnreadCount(DateTimeOffset.UnixEpoch));
        }

        async Task FanOutAsync(UserId user, Head head, IReadOnlyList<LogEntry> entries)
        {
            var (change, updates) = (ConversationSnapshot.Of(head), InboxUpdates.Of(head, entries, Users));
            await RepeatedAsync(() => inbox.RaiseAsync(user, change, CancellationToken.None, updates.WatermarksOf(user)));
            if (updates.Sent.TryGetValue(user, out var sent))
            {
                await RepeatedAsync(() => receipts.RaiseAsync(change, user, sent.Seq, sent.Ordinal, CancellationToken.None));
            }

            told[user].Tell(change, sent.Ordinal);
            await CheckAsync(user);
        }

        async Task ReadAsync(UserId user, Head seen, long ordinal)
        {
            await RepeatedAsync(
                () => marks.RaiseReadAsync(seen.ConversationId, user, SeqOf(ordinal), ordinal, isShown: true, CancellationToken.None));
            await RepeatedAsync(() => inbox.MarkReadAsync(user, ConversationSnapshot.Of(seen), ordinal, CancellationToken.None));
            told[user].Read(ConversationSnapshot.Of(seen), ordinal);
            await CheckAsync(user);
        }

        async Task ClearAsync(UserId user, Head seen, long ordinal)
        {
            await RepeatedAsync(() => marks.RaiseClearedAsync(seen.ConversationId, user, SeqOf(ordinal), ordinal, CancellationToken.None));
            var snapshot = ConversationSnapshot.Of(seen);
            await RepeatedAsync(() => inbox.RaiseClearedAsync(user, snapshot, SeqOf(ordinal), ordinal, CancellationToken.None));
            told[user].Clear(snapshot, ordinal);
            await CheckAsync(user);
        }

        async Task MarkUnreadAsync(UserId user, Head seen)
        {
            await RepeatedAsync(() => inbox.MarkUnreadAsync(
                MemberOf(seen.ConversationId, user, told[user].Joined), ConversationSnapshot.Of(seen), CancellationToken.None));
            told[user].MarkUnread(ConversationSnapshot.Of(seen));
            await CheckAsync(user);
        }

        async Task CheckAsync(UserId user)
        {
            InboxEntry? entry = null;
            await RepeatedAsync(async () => entry = await inbox.ReadAsync(user, newest.ConversationId, CancellationToken.None));
            var recount = told[user];
            Assert.Equal(
                (recount.Last, Enumerable.Range(1, (int)recount.Last).Count(recount.IsUnread), recount.IsMarkedUnread),
                (entry!.LastOrdinal, entry.UnreadCount(DateTimeOffset.UnixEpoch), entry.MarkedUnread));
        }
    }

    /// <summary>The first entry isn't a message; all others are.</summary>
    private static long SeqOf(long ordinal) => ordinal + 1;

    private static Member MemberOf(ConversationId conversation, UserId user, long joinedOrdinal) => new()
    {
        ConversationId = conversation,
        UserId = user,
        Role = MemberRole.Member,
        State = MemberState.Active,
        JoinedSeq = SeqOf(joinedOrdinal),
        JoinedOrdinal = joinedOrdinal,
    };

    private static async Task JoinAsync(ChatContainers containers, ConversationId conversation, UserId user, long joinedOrdinal)
    {
        using var body = new MemoryStream(
            JsonSerializer.SerializeToUtf8Bytes(MemberOf(conversation, user, joinedOrdinal), ChatJson.Default.ConversationDocument));
        using var response = await containers.Conversations.CreateItemStreamAsync(body, new PartitionKey(conversation.Value));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Repeats as a queue does: what failed comes again, from its beginning.</summary>
    private static async Task RepeatedAsync(Func<Task> work)
    {
        while (await Record.ExceptionAsync(work) is { } failure)
        {
            Assert.True(CosmosFailures.IsTransient(failure), failure.ToString());
        }
    }

    /// <summary>A conversation's messages by random senders, in random ranges, each with the head as it left it.</summary>
    private static (Head Head, IReadOnlyList<LogEntry> Entries)[] History(Random dice)
    {
        var conversation = ConversationId.New();
        var at = DateTimeOffset.UnixEpoch;
        var head = new Head
        {
            ConversationId = conversation,
            Kind = ConversationKind.Group,
            CreatedBy = Users[0],
            CreatedAt = at,
            LastSeq = 1,
            MemberCount = Users.Length,
        };
        var ranges = new List<(Head, IReadOnlyList<LogEntry>)>();
        while (head.MessageCount < Messages)
        {
            var entries = new List<LogEntry>();
            for (var left = 1 + dice.Next(4); left > 0 && head.MessageCount < Messages; left--)
            {
                var send = new SendMessageCommand(
                    conversation, dice.GetItems(Users, 1)[0], $"{head.MessageCount}", new MessageContent { Text = "Hello" }, new Limits());
                var decided = send.Decide(new DecisionContext(
                    head,
                    user => new HeadMember(user, MemberRole.Member),
                    _ => null,
                    new Commit("commit", head.LastSeq + 1, 0),
                    at.AddMinutes(head.LastSeq)));
                head = decided.Head!;
                entries.AddRange(decided.Entries);
            }

            ranges.Add((head, entries));
        }

        return [.. ranges];
    }

    /// <summary>What one user's entry should say after all that it was told: by the definition, message by message.</summary>
    private sealed class Recount
    {
        private long _read;
        private long _cleared;

        /// <summary>How many messages the user knew when they marked it as unread; what they wrote after that ends it.</summary>
        private long? _marked;

        /// <summary>How many messages were there before the user.</summary>
        public long Joined { get; init; }

        public long Last { get; private set; }

        public bool IsMarkedUnread => _marked >= _read;

        /// <summary>
        /// A message is unread that came after they joined, and that they neither read, nor cleared, nor wrote or answered.
        /// </summary>
        public bool IsUnread(int ordinal) => ordinal > Joined && ordinal > _read && ordinal > _cleared;

        public void Tell(ConversationSnapshot change, long own)
        {
            Last = Math.Max(Last, change.LastOrdinal);
            _read = Math.Max(_read, own);
        }

        public void Read(ConversationSnapshot seen, long ordinal)
        {
            Meet(seen);
            _marked = _marked <= ordinal ? null : _marked;
            _read = Math.Max(_read, ordinal);
        }

        public void Clear(ConversationSnapshot seen, long ordinal)
        {
            Meet(seen);
            _cleared = Math.Max(_cleared, ordinal);
        }

        public void MarkUnread(ConversationSnapshot seen)
        {
            Meet(seen);
            _marked = Math.Max(_marked ?? 0, Math.Max(Math.Max(seen.LastOrdinal, Last), _read));
        }

        /// <summary>Where there was no entry, what the user does makes one as far as they saw.</summary>
        private void Meet(ConversationSnapshot seen) => Last = Last == 0 ? seen.LastOrdinal : Last;
    }
}
