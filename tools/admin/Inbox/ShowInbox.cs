using System.CommandLine;
using Chat.Admin.Backends;
using Chat.Functions.Inbox;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Admin.Inbox;

/// <summary><c>inbox show</c>: a user's list as it is stored, conversations that they left included.</summary>
internal static class ShowInbox
{
    public static Command Command(Target target)
    {
        var (user, content, format) = (Parsed.User(), Report.Content(), Report.Format());
        var command = new Command("show", "A user's list of conversations as it is stored, those that they left included.")
        {
            user,
            content,
            format,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var cosmos = target.ConnectCosmos(parsed);
            string[] written = parsed.GetValue(content) ? ["last message", "draft"] : [];
            var (rows, table) = (
                new List<InboxEntry>(),
                Report.Table([
                    "conversation", "kind", "title", "last seq", "messages", "read", "unread", "mentioned", "cleared", "activity",
                    "version", .. written,
                ]));
            var entries = new ChatContainers(cosmos).Users.QueryPartitionAsync(
                new QueryDefinition("SELECT * FROM c WHERE c.type = 'inbox'"),
                new PartitionKey(parsed.GetRequiredValue(user).Value),
                ChatJson.Default.DocumentsPageInboxEntry,
                cancellationToken: cancellationToken);
            await foreach (
                var entry in entries.OrderByDescending(entry => entry.Activity, StringComparer.Ordinal).WithCancellation(cancellationToken))
            {
                var row = parsed.GetValue(content) ? entry : Hide(entry);
                rows.Add(row);
                object?[] wrote = parsed.GetValue(content) ? [row.LastMessage?.Preview, row.Draft?.Text] : [];
                table.Row(
                [
                    row.ConversationId,
                    row.Kind,
                    row.Title ?? row.Peer?.Value,
                    row.LastSeq,
                    row.LastOrdinal,
                    row.ReadOrdinal,
                    row.UnreadCount(TimeProvider.System.GetUtcNow()),
                    row.MentionedOrdinal,
                    row.ClearedSeq,
                    row.IsTombstone ? "left" : row.ActivityAt,
                    row.Version,
                    .. wrote,
                ]);
            }

            Report.Write(parsed, format, rows, table);
            return AdminTool.Done;
        });
        return command;
    }

    private static InboxEntry Hide(InboxEntry entry) => entry with
    {
        Title = null,
        LastMessage = entry.LastMessage is { } last ? last with { Preview = "" } : null,
        Draft = entry.Draft is null ? null : new Draft(""),
    };
}
