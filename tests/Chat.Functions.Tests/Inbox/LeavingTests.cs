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
    public async Task Is_of_a_conversation_or_a_trace_of_it_whatever_comes_late_or_twice()
    {
        await using var deployment = await Deployment.StartAsync();
        var (inbox, containers) = Inbox(deployment);
        for (var seed = 1; seed <= 60; seed++)
        {
            var dice = new Random(seed);
            var conversation = await JoinAsync(containers);
            var steps = Enumerable.Range(1, 8).Select(seq => (Seq: seq, Leaves: dice.Next(3) == 0)).ToList();
            var told = steps.Concat(dice.GetItems(steps.ToArray(), 5)).ToArray();
            dice.Shuffle(told);
            foreach (var (seq, leaves) in told)
            {
                var change = Change(conversation, seq);
                await (leaves
                    ? inbox.LeaveAsync(User, change, CancellationToken.None)
                    : inbox.RaiseAsync(User, change, CancellationToken.None));
            }

            var entry = await inbox.ReadAsync(User, conversation, CancellationToken.None);
            var (isLeft, preview) = steps[^1].Leaves ? (true, null) : (false, "8");
            Assert.True((8, isLeft, preview) == (entry!.LastSeq, entry.IsLeft, entry.LastMessage?.Preview), $"Seed {seed}: {entry}");
        }
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
            (entry!.IsLeft, entry.UnreadCount(DateTimeOffset.UnixEpoch), entry.Title, entry.AvatarUrl));
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

        Assert.True((await inbox.ReadAsync(User, conversation, CancellationToken.None))!.IsLeft);

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
            await inbox.JoinAsync(first, Change(conversation, 1), CancellationToken.None);
            await SetAsync(first, "old");
            var told = new Func<Task>[]
            {
                () => inbox.LeaveAsync(User, Change(conversation, 4), CancellationToken.None),
                () => inbox.LeaveAsync(User, Change(conversation, 4), CancellationToken.None),
                () => inbox.JoinAsync(last, Change(conversation, 5), CancellationToken.None),
                () => inbox.JoinAsync(last, Change(conversation, 5), CancellationToken.None),
                () => inbox.RaiseAsync(User, Change(conversation, 6), CancellationToken.None),
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
            Assert.Equal((seed, false, 5L, 6L), (seed, entry!.IsLeft, entry.JoinedSeq, entry.LastSeq));
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
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(member, ChatJson.Default.ConversationDocument));
        using var created = await containers.Conversations.CreateItemStreamAsync(body, new PartitionKey(member.ConversationId.Value));
        created.EnsureSuccessStatusCode();
        return member.ConversationId;
    }

    private static Member Joined(ConversationId conversation, long seq) => new()
    {
        ConversationId = conversation,
        UserId = User,
        Role = MemberRole.Member,
        State = MemberState.Active,
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
