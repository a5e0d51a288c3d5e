using System.Text.Json;
using Chat.Functions.Blocks;
using Chat.Functions.Channels;
using Chat.Functions.Hooks;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.RateLimits;
using Chat.Functions.Realtime;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Conversations;

/// <summary>
/// <c>POST /conversations</c>: creates a direct conversation, a group, or, for whom the host app lets, a channel; 201, or 200 when this
/// pair or this <c>Idempotency-Key</c> has one already. The answer waits up to two seconds until the members receive its pushes. Members
/// beyond the first 90 may join after the answer.
/// </summary>
public sealed class CreateConversation(
    ConversationLog log,
    RemainingMembers remaining,
    ConversationReader reader,
    ConversationViews views,
    DirectConversations direct,
    ContactPolicy policy,
    Blocking blocking,
    Invitations invitations,
    FirstContactLimits contacts,
    InboxProjection inbox,
    PushGroups groups,
    TextScreening screening,
    DailyLimits daily,
    ChannelQuota quota,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(CreateConversation))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var wanted = CreateConversationRequest.Read(body, user.Id, limits);
        var key = IdempotencyKey.Read(request, body);
        body.ThrowIfMalformed();

        if (wanted.Kind == ConversationKind.Channel && !user.MayCreateChannels)
        {
            return Problems.NotAllowed.ToResult();
        }

        // The id decides what a retry finds: the pair's conversation, the one under this key, or none.
        var conversation = wanted.Kind == ConversationKind.Direct
            ? await direct.ConversationOfAsync(user.Id, wanted.Others[0], cancellationToken)
            : key is not null ? ConversationId.For(user.Id, key)
            : ConversationId.New();
        var (said, titleRefusal) = await screening.ScreenAsync(
            user.Id,
            conversation,
            [new(SaidText.Title, wanted.Title)],
            cancellationToken);
        if (titleRefusal is not null)
        {
            return titleRefusal.ToResult();
        }

        if (wanted.Kind != ConversationKind.Direct
            && await daily.CountGroupAsync(user.Id, conversation, cancellationToken) is { } dailyRefusal)
        {
            return dailyRefusal.ToResult();
        }

        if (wanted.Kind == ConversationKind.Channel
            && await quota.CountAsync(user.Id, conversation, cancellationToken) is { } quotaRefusal)
        {
            return quotaRefusal.ToResult();
        }

        var appended = await CreateAsync(conversation, wanted, said[0], Session.Of(request), cancellationToken);
        if (appended.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        return await AnswerAsync(conversation, appended, cancellationToken);
    }

    private async Task<AppendResult> CreateAsync(
        ConversationId conversation,
        CreateConversationRequest wanted,
        string? title,
        Session? session,
        CancellationToken cancellationToken)
    {
        var command = CommandOf(conversation, wanted, title, wanted.Others);
        var created = await log.AppendAsync(conversation, command, session, cancellationToken);
        var adds = new Adds(Contact.Open, [], [], []);
        if (created.Refusal == ContactCommand.Undecided)
        {
            // Only what isn't there yet is first contact: a repeat is answered whatever has changed since.
            adds = await EvaluateContactAsync(wanted, cancellationToken);
            if (adds.Contact == Contact.Refused)
            {
                return AppendResult.Refused(Problems.CannotMessage);
            }

            if (await contacts.CountInvitedAsync(user.Id, adds.Invited, title, cancellationToken) is { } countRefusal)
            {
                return AppendResult.Refused(countRefusal);
            }

            command = CommandOf(conversation, wanted, title, adds.Joining) with { Contact = adds.Contact };
            created = await log.AppendAsync(conversation, command, session, cancellationToken);
        }

        if (created.Refusal is not null)
        {
            return created;
        }

        // If they can't join now, the projection of the first entry lets them in.
        var rest = (created.Entries[0] as LogEvent)?.FurtherMembers ?? [];
        var (refusal, seen) = rest.Count == 0
            ? (null, created.Session)
            : await remaining.JoinAsync(conversation, user.Id, rest, created.Session ?? session, cancellationToken);
        if (refusal is not null && refusal != Problems.Unavailable)
        {
            return AppendResult.Refused(refusal);
        }

        // A repeat invites those who aren't invited yet: the call before may have ended after counting them.
        if (created.IsRepeat && wanted.Kind != ConversationKind.Direct)
        {
            adds = await EvaluateContactAsync(wanted, cancellationToken);
        }

        var asked = adds.Invited.Count == 0 ? null : await invitations.InviteAsync(
            user.Id,
            conversation,
            adds.Invited,
            adds.SilentlyDeclined,
            title,
            isFirst: true,
            seen,
            cancellationToken);
        return asked?.Refusal is { } inviteRefusal
            ? AppendResult.Refused(inviteRefusal)
            : created with { Session = asked?.Session ?? seen };
    }

    /// <summary>
    /// Evaluates first contact. For a group it tells who joins and who is invited, and refuses if one of them must not be in it.
    /// </summary>
    private async Task<Adds> EvaluateContactAsync(CreateConversationRequest wanted, CancellationToken cancellationToken)
    {
        if (wanted.Kind == ConversationKind.Direct)
        {
            var contact = await policy.DecideAsync(ContactKind.Message, user.Id, wanted.Others[0], cancellationToken);
            return new(contact, wanted.Others, [], []);
        }

        return Adds.Of(wanted.Others, await policy.DecideAddsAsync(user.Id, wanted.Others, [], cancellationToken));
    }

    private CreateConversationCommand CommandOf(
        ConversationId conversation,
        CreateConversationRequest wanted,
        string? title,
        IReadOnlyList<UserId> others)
    {
        List<HeadMember> members =
        [
            new(user.Id, wanted.Kind == ConversationKind.Direct ? MemberRole.Member : MemberRole.Owner),
            .. others.Select(other => new HeadMember(other, MemberRole.Member)),
        ];
        return new()
        {
            Actor = user.Id,
            ConversationId = conversation,
            Kind = wanted.Kind,
            Title = title,
            Visibility = wanted.Visibility,
            Members = [.. members.Take(CreateConversationCommand.MaxFirstMembers)],
            Further = [.. members.Skip(CreateConversationCommand.MaxFirstMembers).Select(member => member.UserId)],
            RequestHash = wanted.Hash,
        };
    }

    private async Task<IResult> AnswerAsync(ConversationId conversation, AppendResult appended, CancellationToken cancellationToken)
    {
        // A repeat may come from a creator who has left the group since.
        if (await reader.ReadHeadForAsync(user.Id, conversation, appended.Session, cancellationToken) is not { } head)
        {
            return Problems.ConversationNotFound.ToResult();
        }

        // Also for a repeat: the call before may have got no further than its commit.
        if (head is { Kind: ConversationKind.Direct, Members: { } pair }
            && (!appended.IsRepeat || head.MessageCount == 0)
            && await blocking.ApplyAsync(conversation, pair[0].UserId, pair[1].UserId, cancellationToken) is { IsChanged: true } applied)
        {
            if (applied.Refusal is { } blockRefusal)
            {
                return blockRefusal.ToResult();
            }

            // Without the session of the commit, which is older than what was put on the head.
            head = await reader.ReadHeadAsync(conversation, null, cancellationToken) ?? head;
        }

        DateTimeOffset? until = null;
        if (!appended.IsRepeat)
        {
            var everyone = await reader.MemberIdsAsync(head, appended.Session, cancellationToken);
            until = await groups.TryAlignAsync(head, everyone, appended.Session, cancellationToken);
        }

        // The caller's list is updated here, so that the next read shows the conversation. The projection updates the others'. A repeat
        // may be the other user of a pair, or come after a call that ended early. A request's recipient has it only among their requests.
        if (!head.IsRequestTo(user.Id))
        {
            await inbox.RaiseAsync(user.Id, ConversationSnapshot.Of(head) with { PushUntil = until }, cancellationToken);
        }

        var view = await views.OfAsync(user.Id, head, appended.Session, cancellationToken);
        var status = appended.IsRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        return new JsonResult<ConversationView>(status, view, ChatJson.Default.ConversationView, appended.Session);
    }
}

/// <summary>Creates a conversation under a given id. Its first entry holds as many members as fit into one commit.</summary>
internal sealed record CreateConversationCommand : ContactCommand
{
    /// <summary>A transactional batch has at most 100 operations: the head, the entry and one per member, with room to spare.</summary>
    public const int MaxFirstMembers = 90;

    public required ConversationId ConversationId { get; init; }

    public required ConversationKind Kind { get; init; }

    public string? Title { get; init; }

    /// <summary>A channel's.</summary>
    public ChannelVisibility Visibility { get; init; }

    /// <summary>The creator first; at most <see cref="MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<HeadMember> Members { get; init; }

    /// <summary>Members that don't fit into this commit. The entry stores them, so that delivery can let them in.</summary>
    public IReadOnlyList<UserId> Further { get; init; } = [];

    /// <summary>The hash of the whole request, which tells a repeat from another request under the same <c>Idempotency-Key</c>.</summary>
    public required string RequestHash { get; init; }

    public override string RepeatId => LogEvent.DocumentId(1);

    public override IReadOnlyList<UserId> MembersToLoad => [];

    public override Problem KeyReused => Problems.IdempotencyKeyReused;

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not null)
        {
            return Decision.Repeat;
        }

        if (Contact is null)
        {
            return Decision.Refuse(Undecided);
        }

        var (commit, now) = (context.Commit, context.Now);
        var head = new Head
        {
            ConversationId = ConversationId,
            Kind = Kind,
            Title = Title,
            CreatedBy = Actor,
            CreatedAt = now,
            LastSeq = 1,
            JoinedSeq = 1,
            // Followers see all of it, so whoever comes to post does, too.
            HistoryVisibility = Kind == ConversationKind.Channel ? HistoryVisibility.All : default,
            Visibility = Visibility,
            Request = Contact == Trust.Contact.Request ? new ContactRequest(Actor, RequestState.Pending) : null,
        };
        var created = new LogEvent
        {
            ConversationId = ConversationId,
            Seq = 1,
            Commit = commit,
            At = now,
            EventType = LogEvent.ConversationCreated,
            ActorId = Actor,
            Data = JsonSerializer.SerializeToElement(
                new ConversationCreated(Kind, Title, Actor, Members),
                ChatJson.Default.ConversationCreated),
            RequestHash = RequestHash,
            FurtherMembers = Further.Count > 0 ? Further : null,
        };
        return Decision.Append(
            Membership.Joined(head, Members),
            created,
            [.. Members.Select(member => Membership.New(head, member, 1, now))]);
    }

    // A pair has one direct conversation, whichever of the two created it.
    public override bool IsRepeatOf(LogEntry first) =>
        Kind == ConversationKind.Direct || (first is LogEvent created && created.RequestHash == RequestHash);
}
