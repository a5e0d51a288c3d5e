using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Inbox;

/// <summary>
/// An entry says whether its user is in as of the newest entry of the log that they were told, in whatever order they are told.
/// </summary>
public class LeavingTests
{
    private static readonly UserId User = new("alice");

    [Fact]
    public async Task Shows_what_was_said_while_its_user_was_in_or_is_a_trace_whatever_comes_late_or_twice()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        for (var seed = 1; seed <= 60; seed++)
        {
            var dice = new Random(seed);
            var conversation = ConversationId.New();
            var heads = Heads(conversation, dice);
            var (newest, joinedSeq, _) = heads[^1];
            var isIn = joinedSeq > 0;
            var member = Joined(conversation, isIn ? joinedSeq : heads.Max(one => one.JoinedSeq)) with
            {
                State = isIn ? MemberState.Active : MemberState.Left,
                JoinedOrdinal = heads.First(one => one.JoinedSeq == heads.Max(all => all.JoinedSeq)).Head.LastOrdinal,
            };
            await StoreAsync(containers, member);
            await inbox.JoinAsync(Joined(conversation, 1) with { JoinedOrdinal = 0 }, heads[0].Head, CancellationToken.None);

            // Every entry at least once, and heads that are newer than the entries told so far.
            var told = heads.Concat(dice.GetItems(heads.ToArray(), 5)).ToArray();
            dice.Shuffle(told);
            foreach (var (head, joined, change) in told)
            {
                await (change switch
                {
                    'L' => inbox.LeaveAsync(User, head, CancellationToken.None),
                    'J' when dice.Next(2) == 0 => inbox.JoinAsync(member, head, CancellationToken.None),
                    _ when joined > 0 => inbox.RaiseAsync(User, head, CancellationToken.None),
                    _ => Task.CompletedTask,
                });
                if (await inbox.ReadAsync(User, conversation, CancellationToken.None) is { IsTombstone: false } shown)
                {
                    var message = shown.ShownMessage(DateTimeOffset.UnixEpoch, new HashSet<UserId>());
                    var said = heads.Where(one => one.Change == 'M' && one.JoinedSeq > 0).ToList();
                    Assert.True(message is null || said.Exists(one => one.Head.LastSeq == message.Seq), $"Seed {seed}: {message}");
                    Assert.True(shown.UnreadCount(DateTimeOffset.UnixEpoch) <= said.Count, $"Seed {seed}: {shown}");
                }
            }

            var entry = await inbox.ReadAsync(User, conversation, CancellationToken.None);
            Assert.Equal(
                (seed, !isIn, isIn ? newest.LastSeq : heads.Last(one => one.Change == 'L').Head.LastSeq),
                (seed, entry!.IsTombstone, entry.LastSeq));
            Assert.Equal((seed, isIn ? newest.LastMessage : null), (seed, entry.LastMessage));
            Assert.True(!isIn || entry.JoinedSeq == joinedSeq, $"Seed {seed}: {entry}");
        }
    }

    [Theory]
    [InlineData(MemberState.Invited, 0)]
    [InlineData(MemberState.Left, 1)]
    public async Task Begins_with_the_membership_that_the_members_list_shows_although_a_replica_lags(MemberState before, long joinedSeq)
    {
        await using var deployment = await Deployment.StartAsync();
        var (_, containers) = Inbox(deployment);
        var conversation = await deployment.StartProcess().CreateGroupAsync("ann");
        await StoreAsync(containers, Joined(conversation, joinedSeq) with { State = before });
        deployment.Azure.Cosmos.LagReads("chat", "conversations", 1000);
        await StoreAsync(containers, Joined(conversation, 5));

        var (inbox, _) = Inbox(deployment);
        await inbox.RaiseAsync(User, Change(conversation, 6), CancellationToken.None);
        Assert.Equal(5, (await inbox.ReadAsync(User, conversation, CancellationToken.None))!.JoinedSeq);
    }

    [Fact]
    public async Task Comes_back_by_a_join_alone()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        var conversation = await JoinAsync(containers);
        await inbox.RaiseAsync(User, Change(conversation, 2), CancellationToken.None);
        await inbox.LeaveAsync(User, Change(conversation, 3), CancellationToken.None);

        await inbox.RaiseAsync(User, Change(conversation, 6), CancellationToken.None);
        Assert.True((await inbox.ReadAsync(User, conversation, CancellationToken.None))!.IsTombstone);

        await inbox.JoinAsync(Joined(conversation, 5), Change(conversation, 6), CancellationToken.None);
        Assert.False((await inbox.ReadAsync(User, conversation, CancellationToken.None))!.IsTombstone);
    }

    [Fact]
    public async Task Begins_again_with_nothing_unread_and_the_newest_title()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        var conversation = await JoinAsync(containers);
        await inbox.RaiseAsync(User, Change(conversation, 2), CancellationToken.None);
        await inbox.LeaveAsync(User, Change(conversation, 3), CancellationToken.None);

        var back = Change(conversation, 9) with { Title = "New", AvatarUrl = "https://example.org/", ProfileSeq = 7 };
        await inbox.JoinAsync(Joined(conversation, 9), back, CancellationToken.None);
        await inbox.RaiseProfileAsync(User, back with { Title = "Late", ProfileSeq = 6 }, CancellationToken.None);

        var entry = await inbox.ReadAsync(User, conversation, CancellationToken.None);
        Assert.Equal(
            (false, 0, "New", "https://example.org/"),
            (entry!.IsTombstone, entry.UnreadCount(DateTimeOffset.UnixEpoch), entry.Title, entry.AvatarUrl));
    }

    [Fact]
    public async Task Can_be_marked_as_unread_although_the_join_before_got_no_further_than_its_first_patch()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        var conversation = await JoinAsync(containers);
        await inbox.RaiseAsync(User, Change(conversation, 2), CancellationToken.None);
        await inbox.LeaveAsync(User, Change(conversation, 3), CancellationToken.None);
        var (back, change) = (Joined(conversation, 9), Change(conversation, 9));
        using (deployment.Azure.Faults.Add(new Fault("cosmos", "patch", FaultKind.Fail) { Skip = 1, Status = 403 }))
        {
            await Assert.ThrowsAnyAsync<Exception>(() => inbox.JoinAsync(back, change, CancellationToken.None));
        }

        Assert.True((await inbox.ReadAsync(User, conversation, CancellationToken.None))!.IsTombstone);

        Assert.True(await inbox.MarkUnreadAsync(back, change, CancellationToken.None));
        Assert.True((await inbox.ReadAsync(User, conversation, CancellationToken.None))!.MarkedUnread);
    }

    [Fact]
    public async Task Keeps_the_unread_flag_when_an_earlier_read_comes_late()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        var conversation = await JoinAsync(containers);
        var change = Change(conversation, 5);
        await inbox.RaiseAsync(User, change, CancellationToken.None);
        await inbox.MarkReadAsync(User, change, 5, CancellationToken.None);
        Assert.True(await inbox.MarkUnreadAsync(Joined(conversation, 0), change, CancellationToken.None));

        Assert.False(await inbox.MarkReadAsync(User, change, 3, CancellationToken.None));
        Assert.True((await inbox.ReadAsync(User, conversation, CancellationToken.None))!.MarkedUnread);

        Assert.True(await inbox.MarkReadAsync(User, change, 5, CancellationToken.None));
        Assert.False((await inbox.ReadAsync(User, conversation, CancellationToken.None))!.MarkedUnread);
    }

    [Fact]
    public async Task Keeps_the_unread_flag_when_a_read_comes_late_that_was_of_less()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        var conversation = await JoinAsync(containers);
        var change = Change(conversation, 5);
        await inbox.RaiseAsync(User, change, CancellationToken.None);
        await inbox.MarkReadAsync(User, change, 3, CancellationToken.None);
        Assert.True(await inbox.MarkUnreadAsync(Joined(conversation, 0), change, CancellationToken.None));

        Assert.True(await inbox.MarkReadAsync(User, change, 4, CancellationToken.None));
        var entry = await inbox.ReadAsync(User, conversation, CancellationToken.None);
        Assert.Equal((true, 4), (entry!.MarkedUnread, entry.ReadOrdinal));
        Assert.False(await inbox.MarkReadAsync(User, change, 4, CancellationToken.None));

        Assert.True(await inbox.MarkReadAsync(User, change, 5, CancellationToken.None));
        entry = await inbox.ReadAsync(User, conversation, CancellationToken.None);
        Assert.Equal((null, 5), (entry!.MarkedUnreadOrdinal, entry.ReadOrdinal));
    }

    [Fact]
    public async Task Has_what_its_user_set_since_they_joined_last_and_nothing_from_before()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        for (var seed = 1; seed <= 60; seed++)
        {
            // In, out and in again; what delivery says of that comes late, twice, in any order, or between what the user does.
            var dice = new Random(seed);
            var conversation = await JoinAsync(containers);
            var (first, last) = (Joined(conversation, 1), Joined(conversation, 5));
            var newest = Change(conversation, 6) with { Members = [new CurrentMember(User, 5)] };
            await StoreAsync(containers, last);
            await inbox.JoinAsync(first, Change(conversation, 1), CancellationToken.None);
            await SetAsync(first, "old");
            var told = new Func<Task>[]
            {
                () => inbox.LeaveAsync(User, Change(conversation, 4), CancellationToken.None),
                () => inbox.LeaveAsync(User, Change(conversation, 4), CancellationToken.None),
                () => inbox.JoinAsync(last, Change(conversation, 5), CancellationToken.None),
                () => inbox.JoinAsync(last, Change(conversation, 5), CancellationToken.None),
                () => inbox.RaiseAsync(User, newest, CancellationToken.None),
            };
            dice.Shuffle(told);
            var isSet = dice.Next(2) == 0;
            var at = dice.Next(told.Length + 1);
            for (var n = 0; n <= told.Length; n++)
            {
                if (isSet && n == at)
                {
                    await SetAsync(last, "new");
                }

                await (n < told.Length ? told[n]() : Task.CompletedTask);
            }

            var entry = await inbox.ReadAsync(User, conversation, CancellationToken.None);
            Assert.Equal((seed, false, 5L, 6L), (seed, entry!.IsTombstone, entry.JoinedSeq, entry.LastSeq));
            Assert.Equal(
                (seed, isSet, isSet, isSet ? "new" : null, isSet, isSet),
                (
                    seed, entry.Pinned, entry.MutedUntil is not null, entry.Draft?.Text, entry.ArchivedOrdinal is not null,
                    entry.MarkedUnread));
        }

        async Task SetAsync(Member member, string draft)
        {
            var change = Change(member.ConversationId, member.JoinedSeq);
            Assert.True(await inbox.MarkUnreadAsync(member, change, CancellationToken.None));
            var (entry, etag) = await inbox.ReadOrCreateAsync(member, change, CancellationToken.None);
            Assert.True(await inbox.TryPatchAsync(
                entry,
                [
                    PatchOperation.Set("/pinned", true),
                    PatchOperation.Set("/mutedUntil", DateTimeOffset.MaxValue),
                    PatchOperation.Set("/archivedOrdinal", ChangePreferencesRequest.Forever),
                    PatchOperation.Set("/draft", new Draft(draft)),
                ],
                etag,
                CancellationToken.None));
        }
    }

    private static (InboxProjection Inbox, ChatContainers Containers) Inbox(Deployment deployment)
    {
        var containers = deployment.StartProcess().Containers;
        return (new InboxProjection(containers, new ConversationReader(containers), TimeProvider.System), containers);
    }

    /// <summary>A conversation in which the user is.</summary>
    private static async Task<ConversationId> JoinAsync(ChatContainers containers)
    {
        var member = Joined(ConversationId.New(), 0);
        await StoreAsync(containers, member);
        return member.ConversationId;
    }

    private static async Task StoreAsync(ChatContainers containers, Member member)
    {
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(member, ChatJson.Default.ConversationDocument));
        using var stored = await containers.Conversations.UpsertItemStreamAsync(body, new PartitionKey(member.ConversationId.Value));
        stored.EnsureSuccessStatusCode();
    }

    /// <summary>
    /// A log of a member's joins (J) and leaves (L), and of messages (M), also while they are away: the head after each entry, and the
    /// entry by which they joined last; 0 while they aren't in.
    /// </summary>
    private static List<(ConversationSnapshot Head, long JoinedSeq, char Change)> Heads(ConversationId conversation, Random dice)
    {
        List<(ConversationSnapshot Head, long JoinedSeq, char Change)> heads = [];
        var (joinedSeq, messages) = (0L, 0);
        MessagePreview? last = null;
        for (var seq = 1; seq <= 9; seq++)
        {
            var change = seq == 1 ? 'J' : dice.Next(3) > 0 ? 'M' : joinedSeq > 0 ? 'L' : 'J';
            joinedSeq = change switch { 'J' => seq, 'L' => 0, _ => joinedSeq };
            if (change == 'M')
            {
                messages++;
                last = new MessagePreview(seq, User, $"{seq}", DateTimeOffset.UnixEpoch);
            }

            var head = Change(conversation, seq) with
            {
                LastOrdinal = messages,
                LastMessage = last,
                Members = joinedSeq > 0 ? [new CurrentMember(User, joinedSeq)] : [],
            };
            heads.Add((head, joinedSeq, change));
        }

        return heads;
    }

    private static Member Joined(ConversationId conversation, long seq) => new()
    {
        ConversationId = conversation,
        UserId = User,
        Role = MemberRole.Member,
        State = MemberState.Active,
        VisibleFrom = Math.Max(1, seq),
        JoinedSeq = seq,
        JoinedOrdinal = seq,
    };

    private static ConversationSnapshot Change(ConversationId conversation, long seq) => new()
    {
        ConversationId = conversation,
        Kind = ConversationKind.Group,
        Title = "Old",
        LastSeq = seq,
        LastOrdinal = seq,
        LastMessage = new MessagePreview(seq, User, $"{seq}", DateTimeOffset.UnixEpoch),
        ActivityAt = DateTimeOffset.UnixEpoch,
    };
}
