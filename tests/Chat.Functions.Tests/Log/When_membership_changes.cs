using Chat.Functions.Members;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Log;

/// <summary>Small groups have their members in the head, large ones in documents of their own.</summary>
public class When_membership_changes
{
    private const int Small = 3;
    private const int Large = 60;

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Should_refuse_strangers_as_if_there_were_nothing(int size)
    {
        await using var deployment = await Deployment.StartAsync();
        var process = deployment.StartProcess();
        var conversation = await process.CreateGroupAsync(Names(size));

        var refused = await process.SendAsync(conversation, "mallory", "id");
        var nowhere = await process.SendAsync(ConversationId.New(), "mallory", "id");

        Assert.Equal(Problems.ConversationNotFound, refused.Refusal);
        Assert.Equal(Problems.ConversationNotFound, nowhere.Refusal);
        Assert.Equal(1, (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Head.LastSeq);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Should_refuse_whom_another_process_removed_although_this_one_knew_them(int size)
    {
        await using var deployment = await Deployment.StartAsync();
        var (process, other) = (deployment.StartProcess(), deployment.StartProcess());
        var conversation = await process.CreateGroupAsync(Names(size));
        Assert.Null((await process.SendAsync(conversation, "member-1", "1")).Refusal);

        var removal = new RemoveMemberCommand
        {
            Actor = new UserId("member-0"),
            Conversation = conversation,
            UserId = new UserId("member-1"),
        };
        Assert.Null((await other.Log.AppendAsync(conversation, removal, null, CancellationToken.None)).Refusal);

        Assert.Equal(Problems.ConversationNotFound, (await process.SendAsync(conversation, "member-1", "2")).Refusal);
        Assert.Null((await process.SendAsync(conversation, "member-2", "3")).Refusal);
        Assert.Equal(["1", "3"], (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    [Theory]
    [InlineData(Small)]
    [InlineData(Large)]
    public async Task Should_let_in_whom_another_process_added_although_this_one_knew_them_as_a_stranger(int size)
    {
        await using var deployment = await Deployment.StartAsync();
        var (process, other) = (deployment.StartProcess(), deployment.StartProcess());
        var conversation = await process.CreateGroupAsync(Names(size));
        Assert.NotNull((await process.SendAsync(conversation, "dave", "1")).Refusal);
        Assert.Null((await process.SendAsync(conversation, "member-1", "2")).Refusal);

        var more = new AddMembersCommand
        {
            Actor = new UserId("member-0"),
            Conversation = conversation,
            Users = [new UserId("dave")],
            SeenMembers = null,
            Limits = new Limits(),
        };
        Assert.Null((await other.Log.AppendAsync(conversation, more, null, CancellationToken.None)).Refusal);

        Assert.Null((await process.SendAsync(conversation, "dave", "1")).Refusal);
        Assert.Equal(["2", "1"], (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    private static IEnumerable<string> Names(int size) => Enumerable.Range(0, size).Select(n => $"member-{n}");
}
