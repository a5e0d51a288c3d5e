using Chat.Functions.Blocks;
using Chat.Functions.Conversations;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Log;

/// <summary>A block changes the head alone: nothing has a <c>seq</c>, and nothing is handed over.</summary>
public class When_a_commit_has_no_entry
{
    private static readonly UserId Alice = new("alice");
    private static readonly UserId Bob = new("bob");

    [Fact]
    public async Task Should_change_the_head_and_hand_nothing_over()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await CreateAsync(process);
        var handedOver = process.EnqueuedRanges.Count;
        var before = await HeadAsync(process, conversation);
        Assert.Null((await BlockAsync(process, conversation, true, 1)).Refusal);

        var after = await HeadAsync(process, conversation);
        Assert.Equal((before.LastSeq, true), (after.LastSeq, after.IsBlocked));
        Assert.Equal(handedOver, process.EnqueuedRanges.Count);
        Assert.Equal(Problems.CannotMessage, (await process.SendAsync(conversation, "bob", "1")).Refusal);
        Assert.Equal(Problems.CannotMessage, (await process.SendAsync(conversation, "alice", "2")).Refusal);
    }

    [Fact]
    public async Task Should_be_seen_by_a_process_that_has_an_older_head_at_hand()
    {
        await using var deployment = await Deployment.StartAsync();
        var (one, other) = (deployment.StartProcess(), deployment.StartProcess());
        var conversation = await CreateAsync(one);
        Assert.Null((await other.SendAsync(conversation, "bob", "1")).Refusal);
        await BlockAsync(one, conversation, true, 1);
        Assert.Equal(Problems.CannotMessage, (await other.SendAsync(conversation, "bob", "2")).Refusal);
        await BlockAsync(one, conversation, false, 2);
        Assert.Null((await other.SendAsync(conversation, "bob", "3")).Refusal);
    }

    [Fact]
    public async Task Should_never_replace_a_newer_version()
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await CreateAsync(process);
        await BlockAsync(process, conversation, false, 2);
        await BlockAsync(process, conversation, true, 1);
        Assert.Null((await process.SendAsync(conversation, "bob", "1")).Refusal);
    }

    [Fact]
    public async Task Should_stay_known_after_a_read_that_shows_a_commit_of_the_same_instant_before_it()
    {
        await using var deployment = await Deployment.StartAsync(new SetClock());
        var process = deployment.StartProcess();
        var conversation = await CreateAsync(process);
        await BlockAsync(process, conversation, true, 1);
        var found = await process.Containers.Conversations.ReadDocumentAsync(Head.DocumentId, conversation, ChatJson.Default.Head);
        deployment.Azure.Cosmos.LagReads("chat", "conversations", 1000);
        await BlockAsync(process, conversation, false, 2);

        // Before a refusal the head is read by the caller's session, which is from before the block was taken back.
        var answer = new SendMessageCommand(
            conversation, Bob, "answer", new MessageContent { Text = "answer", ReplyTo = new MessageId("none") }, new Limits());
        var refused = await process.Log.AppendAsync(conversation, answer, found.Session, CancellationToken.None);
        Assert.Equal(Problems.MessageNotFound, refused.Refusal);
    }

    [Theory]
    [InlineData("TimeoutAfter")]
    [InlineData("FalsePrecondition")]
    [InlineData("Throttle")]
    public async Task Should_be_committed_whatever_is_answered(string fault)
    {
        await using var deployment = await Deployment.StartAsync(new HurriedClock());
        var process = deployment.StartProcess();
        var conversation = await CreateAsync(process);
        deployment.Azure.Faults.Add(new Fault("cosmos", "batch", Enum.Parse<FaultKind>(fault)) { Times = 2 });

        // The hurried clock may end a try; its caller goes on.
        Problem? refusal;
        do
        {
            refusal = (await BlockAsync(process, conversation, true, 1)).Refusal;
        }
        while (refusal?.Code == Problems.Unavailable.Code);
        Assert.Null(refusal);
        Assert.True((await HeadAsync(process, conversation)).IsBlocked);
    }

    private static async Task<ConversationId> CreateAsync(AppProcess process)
    {
        var conversation = ConversationId.New();
        var command = new CreateConversationCommand
        {
            Actor = Alice,
            ConversationId = conversation,
            Kind = ConversationKind.Direct,
            Members = [new HeadMember(Alice, MemberRole.Member), new HeadMember(Bob, MemberRole.Member)],
            RequestHash = "",
            Contact = Contact.Open,
        };
        Assert.Equal(ContactCommand.Undecided, await RefusalAsync(command with { Contact = null }));
        Assert.Null(await RefusalAsync(command));
        return conversation;

        // The hurried clock may end a try.
        async Task<Problem?> RefusalAsync(CreateConversationCommand given)
        {
            while (true)
            {
                var refusal = (await process.Log.AppendAsync(conversation, given, null, CancellationToken.None)).Refusal;
                if (refusal != Problems.Unavailable)
                {
                    return refusal;
                }
            }
        }
    }

    private static Task<Chat.Functions.Log.AppendResult> BlockAsync(
        AppProcess process,
        ConversationId conversation,
        bool isActive,
        long version) =>
        process.Log.AppendAsync(
            conversation,
            new SetBlockCommand { Actor = Alice, Type = Block.Of, IsActive = isActive, Version = version },
            null,
            CancellationToken.None);

    private static async Task<Head> HeadAsync(AppProcess process, ConversationId conversation) =>
        (await process.Containers.Conversations.ReadDocumentAsync(Head.DocumentId, conversation, ChatJson.Default.Head)).Document!;
}
