using Chat.Functions.Log;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Messages;

/// <summary>Shows messages to one user: with what of them is the user's own.</summary>
public sealed class MessageViews(ChatContainers containers)
{
    /// <summary>The messages as a user sees them, in the same order. Costs a read for each whose summary doesn't tell whether the user reacted.</summary>
    public async Task<IReadOnlyList<MessageView>> OfAsync(UserId viewer, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var untold = messages.Where(message => message.Reactions?.Any(one => one.Count > one.Users.Count) == true).ToList();
        var read = untold.Count == 0 ? [] : await containers.Conversations.ReadDocumentsAsync(
            [.. untold.Select(message => MemberReactions.DocumentId(message.MessageId, viewer))],
            untold[0].ConversationId,
            ChatJson.Default.DocumentsPageMemberReactions,
            cancellationToken: cancellationToken);
        var mine = read.ToDictionary(one => one.MessageId, one => one.Keys);
        return [.. messages.Select(message => MessageView.Of(message, mine.GetValueOrDefault(message.MessageId) ?? Told(message, viewer)))];
    }

    /// <summary>200 with the message that a command changed or found as wanted, or the refusal.</summary>
    public async Task<IResult> AnswerAsync(UserId viewer, Appended appended, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(appended);
        if (appended.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var view = (await OfAsync(viewer, [appended.Document<Message>()], cancellationToken))[0];
        return new Answer<MessageView>(StatusCodes.Status200OK, view, ChatJson.Default.MessageView, appended.Session);
    }

    private static List<ReactionKey> Told(Message message, UserId viewer) =>
        [.. (message.Reactions ?? []).Where(one => one.Users.Contains(viewer)).Select(one => one.Key)];
}
