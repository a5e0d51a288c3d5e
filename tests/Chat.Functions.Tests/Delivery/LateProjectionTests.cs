using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Functions.Trust;
using Chat.Local;
using Xunit;
using static Chat.Functions.Tests.Delivery.Commands;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Delivery;

/// <summary>What <c>fanout</c> makes of changes, which are older by then than what is stored, or newer than what the feed showed.</summary>
public class LateProjectionTests
{
    private static readonly string[] People = ["ann", "ben", "cat", "dan"];
    private static readonly string[] Silent = [.. Enumerable.Range(0, 40).Select(n => $"silent-{n}")];
    private static readonly Limits Limits = new();

    [Theory]
    [InlineData(false, true)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(true, false)]
    public async Task Shows_nothing_of_what_was_said_while_a_member_was_away(bool isLarge, bool isRemovalProjected)
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        await using var projector = new Projector(deployment, TimeProvider.System);
        var conversation = await process.CreateGroupAsync(isLarge ? [.. People, .. Silent] : People);
        await FollowAsync();
        await (isRemovalProjected ? AppendAsync(Removal(conversation, "cat")) : Task.CompletedTask);
        await FollowAsync();

        // Lists are to follow from the queue: at the end of a window, or since one of them couldn't be written.
        await process.SendAsync(conversation, "ann", "Hello");
        var changes = (await Projector.PagesAsync(deployment.Azure, 1))
            .Where(one => IsHead(one) || one.Contains("\"Hello\"", StringComparison.Ordinal));
        using (deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.StartsWith("users/dan", StringComparison.Ordinal),
        }))
        {
            await projector.FollowAsync($"[{string.Join(',', changes.Select(one => one[1..^1]))}]");
        }

        await (isRemovalProjected ? Task.CompletedTask : AppendAsync(Removal(conversation, "cat")));
        await AppendAsync(new SendMessageCommand(
            conversation, new UserId("ann"), "2", new MessageContent { Text = "Secret", MentionsAll = true }, Limits));
        await AppendAsync(Addition(conversation, "cat"));
        await projector.FanOutAsync(deployment.Azure);
        Assert.Equal("Secret", await projector.PreviewAsync("dan", conversation));
        Assert.Equal((null, 0, false), await ShownAsync());

        await FollowAsync();
        Assert.Equal((null, 0, false), await ShownAsync());
        await process.SendAsync(conversation, "ann", "Welcome");
        await FollowAsync();
        Assert.Equal(("Welcome", 1, false), await ShownAsync());

        async Task AppendAsync(LogCommand command) =>
            Assert.Null((await process.Log.AppendAsync(conversation, command, null, CancellationToken.None)).Refusal);

        async Task FollowAsync()
        {
            await projector.KeepFollowingAsync((await Projector.PagesAsync(deployment.Azure, int.MaxValue))[0]);
            await projector.FanOutAsync(deployment.Azure);
        }

        async Task<(string? Preview, long Unread, bool IsMentioned)> ShownAsync()
        {
            var (now, nobody) = (DateTimeOffset.UnixEpoch, new HashSet<UserId>());
            var cat = await projector.Inbox.ReadAsync(new UserId("cat"), conversation, CancellationToken.None);
            return cat!.IsTombstone
                ? default
                : (cat.ShownMessage(now, nobody)?.Preview, cat.UnreadCount(now), cat.IsMentioned(now, nobody));
        }
    }

    [Fact]
    public async Task Lists_an_accepted_request_from_the_queue_although_a_replica_is_one_write_behind()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var (conversation, ben) = (ConversationId.New(), new UserId("ben"));
        var request = AppProcess.Group(conversation, ["ann", "ben"]) with { Kind = ConversationKind.Direct, Contact = Contact.Request };
        await AppendAsync(request);
        await AppendAsync(new SendMessageCommand(conversation, new UserId("ann"), "1", new MessageContent { Text = "May I?" }, Limits)
        {
            Contact = Contact.Request,
        });

        // The accepting is the only write that a replica may not show.
        deployment.Azure.Cosmos.LagReads("chat", "conversations", 1000);
        await AppendAsync(new AnswerRequestCommand { Actor = ben, IsAccepted = true, Limits = Limits });
        await using var projector = new Projector(deployment, new PatientClock());
        using (deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.StartsWith("users/ben", StringComparison.Ordinal),
        }))
        {
            await projector.FollowAsync((await Projector.PagesAsync(deployment.Azure, 1)).Single(IsHead));
        }

        await using var other = new Projector(deployment, new PatientClock());
        Assert.Empty(await other.FanOutAsync(deployment.Azure));
        Assert.Equal("May I?", await other.PreviewAsync("ben", conversation));

        async Task AppendAsync(LogCommand command) =>
            Assert.Null((await process.Log.AppendAsync(conversation, command, null, CancellationToken.None)).Refusal);
    }

    [Fact]
    public async Task Projects_the_others_of_a_range_beside_one_that_it_can_not_read()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        await using var projector = new Projector(deployment, new PatientClock());
        var conversation = await process.CreateGroupAsync(People);
        var content = new MessageContent { Text = "@ben", Mentions = [new Mention(new UserId("ben"), 0, 4)] };
        var mention = new SendMessageCommand(conversation, new UserId("ann"), "1", content, Limits);
        await process.Log.AppendAsync(conversation, mention, null, CancellationToken.None);
        var damaged = (Message)(await process.SendAsync(conversation, "ann", "Hello")).Entries[0];
        var page = (await Projector.PagesAsync(deployment.Azure, int.MaxValue))[0];
        using (deployment.Azure.Faults.Add(new Fault("cosmos", "*", FaultKind.Fail)
        {
            Status = 403,
            Target = target => target.StartsWith("users/ben", StringComparison.Ordinal),
        }))
        {
            await projector.FollowAsync(page);
        }

        await process.DamageAsync(damaged);
        Assert.Equal(["Unreadable"], (await projector.FanOutAsync(deployment.Azure)).Select(given => given.Reason));
        var ben = await projector.Inbox.ReadAsync(new UserId("ben"), conversation, CancellationToken.None);
        Assert.Equal(("Hello", 1), (ben!.LastMessage?.Preview, ben.MentionedOrdinal));
    }

    private static bool IsHead(string page) => page.Contains("\"type\":\"head\"", StringComparison.Ordinal);
}
