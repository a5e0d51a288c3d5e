using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;
using Spectre.Console;

namespace Chat.Admin.Conversations;

/// <summary><c>conversation show</c>: the head, and everybody's part in it.</summary>
internal static class ShowConversation
{
    public static Command Command(Target target)
    {
        var (id, content, format) = (Parsed.Conversation(), Report.Content(), Report.Format());
        var command = new Command("show", "A conversation's head, and its members with their marks.") { id, content, format };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            var (containers, conversation) = (new ChatContainers(cosmos), parsed.GetRequiredValue(id));
            var head = await new ConversationReader(containers).ReadHeadAsync(conversation, null, cancellationToken)
                ?? throw new NotThereException($"There is no conversation {conversation}.");
            var members = await containers.Conversations.QueryPartitionAsync(
                new QueryDefinition("SELECT * FROM c WHERE c.type = 'member'"),
                new PartitionKey(conversation.Value),
                ChatJson.Default.DocumentsPageMember,
                cancellationToken: cancellationToken).ToListAsync(cancellationToken);
            var shown = parsed.GetValue(content) ? head : Hide(head);
            members.Sort((one, other) => one.UserId.CompareTo(other.UserId));
            Report.Write(parsed, format, new { Head = shown, Members = members }, HeadTable(shown), MembersTable(members));
            return AdminTool.Done;
        });
        return command;
    }

    private static Head Hide(Head head) =>
        head with { Title = null, LastMessage = head.LastMessage is { } last ? last with { Preview = "" } : null };

    private static Table HeadTable(Head head)
    {
        var table = Report.Table(
            "kind",
            "title",
            "created",
            "by",
            "last seq",
            "list seq",
            "messages",
            "members",
            "members version",
            "last message",
            "committed",
            "deleted");
        table.Row(
            head.Kind,
            head.Title,
            head.CreatedAt,
            head.CreatedBy,
            head.LastSeq,
            head.ListSeq,
            head.MessageCount,
            head.MemberCount,
            head.MembersVersion,
            head.LastMessage is { } last ? $"{last.Seq} by {last.SenderId} {last.Preview}" : null,
            head.CommittedAt,
            head.DeletedAt);
        return table;
    }

    private static Table MembersTable(IEnumerable<Member> members)
    {
        var table = Report.Table(
            "member",
            "role",
            "state",
            "joined",
            "sees from",
            "read",
            "read ordinal",
            "receipt",
            "delivered",
            "cleared");
        foreach (var member in members)
        {
            table.Row(
                member.UserId,
                member.Role,
                member.State,
                member.JoinedSeq,
                member.FirstVisible,
                member.ReadSeq,
                member.ReadOrdinal,
                member.ReceiptSeq,
                member.DeliveredSeq,
                member.ClearedSeq);
        }

        return table;
    }
}
