using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
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

        await RemoveAsync(other, conversation, new UserId("member-1"));

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

        var more = new MoreMembers { Actor = new UserId("member-0"), ConversationId = conversation, Members = AppProcess.Members(["dave"]) };
        Assert.Null((await other.Log.AppendAsync(conversation, more, CancellationToken.None)).Refusal);

        Assert.Null((await process.SendAsync(conversation, "dave", "1")).Refusal);
        Assert.Equal(["2", "1"], (await StoredLog.ReadAsync(process.Containers.Conversations, conversation)).Texts);
    }

    private static IEnumerable<string> Names(int size) => Enumerable.Range(0, size).Select(n => $"member-{n}");

    /// <summary>What a removal does to the documents: in one batch the member's state, and the head's version of its members.</summary>
    private static async Task RemoveAsync(AppProcess process, ConversationId conversation, UserId user)
    {
        var container = process.Containers.Conversations;
        var (head, etag) = await container.ReadDocumentAsync(Head.DocumentId, conversation, ChatJson.Default.Head);
        var (member, _) = await container.ReadDocumentAsync(Member.DocumentId(user), conversation, ChatJson.Default.Member);
        var without = head! with
        {
            MemberCount = head.MemberCount - 1,
            MembersVersion = head.MembersVersion + 1,
            Members = head.Members?.Where(one => one.UserId != user).ToList(),
        };
        using var response = await container.CreateTransactionalBatch(new PartitionKey(conversation.Value))
            .ReplaceItemStream(Head.DocumentId, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(without, ChatJson.Default.Head)), new TransactionalBatchItemRequestOptions { IfMatchEtag = etag })
            .ReplaceItemStream(member!.Id, new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(member with { State = MemberState.Removed }, ChatJson.Default.ConversationDocument)))
            .ExecuteAsync();
        Assert.True(response.IsSuccessStatusCode);
    }
}
