using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Comments;

/// <summary>
/// <c>PUT /channels/{c}/posts/{m}/comments</c>: the conversation of a post's comments; 200. It is there from the first call on, if the
/// channel takes comments. Idempotent, and the same for whoever sees the post.
/// </summary>
public sealed class OpenComments(
    ConversationLog log,
    ConversationReader reader,
    MessageReader messages,
    ConversationViews views,
    CurrentUser user)
{
    [Function(nameof(OpenComments))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "channels/{conversationId}/posts/{messageId}/comments")]
        HttpRequest request,
        ConversationId conversationId,
        MessageId messageId,
        CancellationToken cancellationToken)
    {
        var session = Session.Of(request);
        if (await reader.ReadAsViewerAsync(user.Id, conversationId, session, cancellationToken) is not { Head.IsChannel: true } channel)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        var post = await messages.ReadForAsync(channel, messageId, cancellationToken);
        if (post is not { IsUnsent: false, Held: null })
        {
            return (post is null ? Problems.MessageNotFound : post.IsUnsent ? Problems.MessageUnsent : Problems.MessageHeld).ToResult();
        }

        var of = new CommentsOf(conversationId, messageId, post.Ordinal);
        var comments = CommentsOf.IdFor(conversationId, messageId);
        var head = await reader.ReadHeadAsync(comments, session, cancellationToken);
        if (head is null && !channel.Head.Comments)
        {
            return Problems.CommentsOff.ToResult();
        }

        AppendResult? opened = null;
        if (head is null)
        {
            var command = new OpenCommentsCommand { Actor = user.Id, Comments = comments, Of = of, Channel = channel.Head };
            opened = await log.AppendAsync(comments, command, session, cancellationToken);
            head = opened.Head;
        }

        return opened?.Refusal is { } refusal ? refusal.ToResult()
            // A moderator closed them. That the post is there is known to whoever asks.
            : head is { DeletedAt: not null } ? Problems.CommentsOff.ToResult()
            : new JsonResult<ConversationView>(
                StatusCodes.Status200OK,
                views.OfComments(head!, Guest.Of(channel)),
                ChatJson.Default.ConversationView,
                opened?.Session);
    }
}

/// <summary>Begins the comments on a post: by an entry that says nothing, since who looked first is nobody's business.</summary>
internal sealed record OpenCommentsCommand : LogCommand
{
    private static readonly JsonElement Nothing = JsonDocument.Parse("{}").RootElement;

    public required ConversationId Comments { get; init; }

    public required CommentsOf Of { get; init; }

    public required Head Channel { get; init; }

    // Whoever may only read may look at what others said.
    public override bool IsByActor => false;

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is { } head)
        {
            return Decision.Unchanged(head);
        }

        var begun = new LogEvent
        {
            ConversationId = Comments,
            Seq = 1,
            Commit = context.Commit,
            At = context.Now,
            EventType = LogEvent.EntryHidden,
            ActorId = Channel.CreatedBy,
            Data = Nothing,
            Quiet = true,
        };
        return Decision.Append(
            new Head
            {
                ConversationId = Comments,
                Kind = ConversationKind.Comments,
                CreatedBy = Channel.CreatedBy,
                CreatedAt = context.Now,
                LastSeq = begun.Seq,
                Members = [],
                CommentsOf = Of,
            },
            begun);
    }
}
