using Chat.Functions.Comments;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary>
/// <c>PATCH /conversations/{c}</c>: changes the settings that all members share; 200 with the conversation. Absent fields stay,
/// null ones are cleared. A request that changes nothing writes nothing.
/// </summary>
public sealed class UpdateConversation(
    ConversationLog log,
    ConversationViews views,
    TextScreening screening,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(UpdateConversation))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "conversations/{conversationId}")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var change = UpdateConversationRequest.Read(body, limits);
        body.ThrowIfMalformed();
        var (said, textRefusal) = await screening.ScreenAsync(
            user.Id,
            conversationId,
            [
                new(SaidText.Title, change.Title.Value),
                new(SaidText.Description, change.Description.Value),
                new(SaidText.AvatarUrl, change.AvatarUrl.Value),
            ],
            cancellationToken);
        if (textRefusal is not null)
        {
            return textRefusal.ToResult();
        }

        change = change with
        {
            Title = change.Title with { Value = said[0] },
            Description = change.Description with { Value = said[1] },
        };

        var updated = await log.AppendAsync(
            conversationId,
            new UpdateConversationCommand { Actor = user.Id, Conversation = conversationId, Change = change },
            Session.Of(request),
            cancellationToken);
        return updated.Refusal is { } refusal
            ? refusal.ToResult()
            : new JsonResult<ConversationView>(
                StatusCodes.Status200OK,
                await views.OfAsync(user.Id, updated.Head!, updated.Session, cancellationToken),
                ChatJson.Default.ConversationView,
                updated.Session);
    }
}

/// <summary>Changes a conversation's settings.</summary>
internal sealed record UpdateConversationCommand : MemberCommand
{
    public required UpdateConversationRequest Change { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [GroupProfile.DocumentId];

    protected override Right Needed => Change.IsOfGroups ? Right.ChangeSettings : Right.ChangeMessageTtl;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        if (head.IsChannel ? Change.IsNotOfChannels : Change.Visibility.IsGiven || Change.Comments.IsGiven)
        {
            return Decision.Refuse(Problems.NotAllowed);
        }

        var profile = context.Find<GroupProfile>(GroupProfile.DocumentId);
        var before = ConversationSettings.Of(head, profile);
        var after = Change.ApplyTo(before);
        if (after == before)
        {
            return Decision.Unchanged(head);
        }

        var updated = LogEvent.Of(
            context,
            LogEvent.ConversationUpdated,
            Actor,
            new ConversationUpdated(after, Actor),
            ChatJson.Default.ConversationUpdated);
        var isProfileChanged = (after.Title, after.Description, after.AvatarUrl) != (before.Title, before.Description, before.AvatarUrl);
        var changed = head with
        {
            LastSeq = updated.Seq,
            Title = after.Title,
            HistoryVisibility = after.HistoryVisibility ?? head.HistoryVisibility,
            JoinPolicy = after.JoinPolicy ?? default,
            Visibility = after.Visibility ?? default,
            MessageTtl = after.MessageTtl,
            Comments = after.Comments ?? false,
            SlowModeSeconds = !head.IsChannel ? after.SlowModeSeconds
                : after.SlowModeSeconds == CommentsOf.SlowMode ? null
                : after.SlowModeSeconds ?? 0,
            ProfileSeq = isProfileChanged ? updated.Seq : head.ProfileSeq,
        };
        return isProfileChanged
            ? Decision.Append(
                changed,
                updated with { Quiet = true },
                new GroupProfile
                {
                    ConversationId = Conversation,
                    Description = after.Description,
                    AvatarUrl = after.AvatarUrl,
                    UpdatedSeq = updated.Seq,
                })
            : Decision.Append(changed, updated with { Quiet = true });
    }
}
