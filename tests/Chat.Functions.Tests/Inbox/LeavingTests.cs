using Chat.Functions.Conversations;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Xunit;

namespace Chat.Functions.Tests.Inbox;

/// <summary>An entry says whether its user is in as of the newest entry of the log that they were told, in whatever order they are told.</summary>
public class LeavingTests
{
    private static readonly UserId User = new("alice");

    [Fact]
    public async Task Is_of_a_conversation_or_a_trace_of_it_whatever_comes_late_or_twice()
    {
        await using var deployment = await Deployment.StartAsync();
        var containers = deployment.StartProcess().Containers;
        var inbox = new InboxProjection(containers, new ConversationReader(containers));
        for (var seed = 1; seed <= 60; seed++)
        {
            var dice = new Random(seed);
            var conversation = ConversationId.New();
            var steps = Enumerable.Range(1, 8).Select(seq => (Seq: seq, Leaves: dice.Next(3) == 0)).ToList();
            var told = steps.Concat(dice.GetItems(steps.ToArray(), 5)).ToArray();
            dice.Shuffle(told);
            foreach (var (seq, leaves) in told)
            {
                var change = Change(conversation, seq);
                await (leaves ? inbox.LeaveAsync(User, change, CancellationToken.None) : inbox.RaiseAsync(User, change, CancellationToken.None));
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
        var containers = deployment.StartProcess().Containers;
        var inbox = new InboxProjection(containers, new ConversationReader(containers));
        var conversation = ConversationId.New();
        await inbox.RaiseAsync(User, Change(conversation, 2), CancellationToken.None);
        await inbox.LeaveAsync(User, Change(conversation, 3), CancellationToken.None);

        var back = Change(conversation, 9) with { Title = "New", AvatarUrl = "https://example.org/", AboutSeq = 7 };
        await inbox.WelcomeAsync(User, back, joinedOrdinal: 9, CancellationToken.None);
        await inbox.ShowAsync(User, back with { Title = "Late", AboutSeq = 6 }, CancellationToken.None);

        var entry = await inbox.ReadAsync(User, conversation, CancellationToken.None);
        Assert.Equal((false, 0, "New", "https://example.org/"), (entry!.IsLeft, entry.UnreadCount, entry.Title, entry.AvatarUrl));
    }

    private static InboxChange Change(ConversationId conversation, long seq) => new()
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
