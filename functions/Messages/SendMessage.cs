using System.Diagnostics.CodeAnalysis;
using Chat.Functions.Channels;
using Chat.Functions.Conversations;
using Chat.Functions.Hooks;
using Chat.Functions.Log;
using Chat.Functions.Media;
using Chat.Functions.Members;
using Chat.Functions.Privacy;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Chat.Functions.Users;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Messages;

/// <summary>
/// <c>POST /conversations/{c}/messages</c>: sends a message. 201 with the message; a retry gets 200 with the message of the first try.
/// </summary>
public sealed class SendMessage(
    MessageSender sender,
    PrivacyReader privacy,
    MessageViews views,
    MessageScreening screening,
    Attaching attaching,
    Limits limits,
    CurrentUser user)
{
    [Function(nameof(SendMessage))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "conversations/{conversationId}/messages")] HttpRequest request,
        ConversationId conversationId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var clientMessageId = body.ClientId("clientMessageId");
        var content = MessageContent.Read(body, limits);
        body.ThrowIfMalformed();
        content = await screening.ScreenAsync(conversationId, user.Id, clientMessageId, content, cancellationToken);
        content = await attaching.AttachAsync(conversationId, user.Id, clientMessageId, content, Session.Of(request), cancellationToken);

        var isReceipt = await privacy.ShowsReadAsync(user.Id, cancellationToken);
        var message = new SendMessageCommand(conversationId, user.Id, clientMessageId, content, limits)
        {
            IsReceipt = isReceipt,
            IsByHand = !request.Headers.ContainsKey(OnBehalf.Header),
        };
        var appended = await sender.SendAsync(conversationId, message, Session.Of(request), cancellationToken);
        if (appended.Refusal is { } refusal)
        {
            return refusal.ToResult();
        }

        var status = appended.IsRepeat ? StatusCodes.Status200OK : StatusCodes.Status201Created;
        var view = (await views.OfSentAsync(user.Id, [appended], cancellationToken))[0];
        return new JsonResult<MessageView>(status, view, ChatJson.Default.MessageView, appended.Session);
    }
}

/// <summary>Sends a message. Every member may, unless first contact, slow mode or the content refuses it.</summary>
internal sealed record SendMessageCommand : ContactCommand
{
    private readonly ConversationId _conversation;
    private readonly MessageId _messageId;
    private readonly string _clientMessageId;
    private readonly MessageContent _content;
    private readonly string _bodyHash;
    private readonly Limits _limits;

    [SetsRequiredMembers]
    public SendMessageCommand(ConversationId conversation, UserId sender, string clientMessageId, MessageContent content, Limits limits)
    {
        Actor = sender;
        _messageId = MessageId.For(conversation, sender, clientMessageId);
        _conversation = conversation;
        _clientMessageId = clientMessageId;
        _content = content;
        _bodyHash = content.Hash;
        _limits = limits;
    }

    /// <summary>Whether the sender shares read receipts. Sending then shows others that everything before was read.</summary>
    public bool IsReceipt { get; init; }

    /// <summary>
    /// Whether a person wrote it just now: not the host app, in no batch, not scheduled, not forwarded. Streaks count these.
    /// </summary>
    public bool IsByHand { get; init; }

    public override string RepeatId => Message.DocumentId(_messageId);

    public override bool MayBeRequest => _content.Refusal is null && _content.IsRequest(_limits.RequestText);

    public override string? Text => _content.Text;

    public override IReadOnlyList<UserId> MembersToLoad => [Actor, .. Mention.Users(_content.Mentions)];

    // If something may refuse the message, its own document is loaded: it tells a retry, which gets the first answer all the same. That
    // goes for references to messages that may be gone, and for refused content. Otherwise a retry needs no read, because creating the
    // document answers 409.
    public override IReadOnlyList<string> DocumentsToLoad =>
        _content.DependsOnOthers ? [RepeatId, Member.DocumentId(Actor), .. _content.RefersTo.Select(Message.DocumentId)]
        : _content.Refusal is not null ? [RepeatId]
        : [];

    // A retry must be recognised before a full day, slow mode or first contact refuses it.
    public override IReadOnlyList<string> DocumentsToLoadOn(Head head) =>
        Guest is not null ? [.. DocumentsToLoad, RepeatId, Member.DocumentId(Actor)]
        : ChannelPosts.MayHold(head, _limits.ChannelPostsPerDay) ? [.. DocumentsToLoad, RepeatId]
        : SlowMode.MayHold(head, Actor) ? [.. DocumentsToLoad, RepeatId, Member.DocumentId(Actor)]
        : head.IsBlocked || head.Request?.By == Actor || head.Restricts(Actor) ? [.. DocumentsToLoad, RepeatId]
        : DocumentsToLoad;

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head
            || (Guest is { } guest ? new HeadMember(Actor, guest.Role) : context.MemberOf(Actor)) is not { } sender)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        if (context.Find<Message>(RepeatId) is not null)
        {
            return Decision.Repeat;
        }

        var stored = context.Find<Member>(Member.DocumentId(Actor)) ?? Guest?.AsCommenter(_conversation);
        var pause = Guest is null ? SlowMode.PauseOf(head) : Guest.SlowModeSeconds;
        var slowed = SlowMode.Slowed(pause, sender.Role, stored);
        var refusal = RefusalOfContact(head, context.Now)
            ?? Refusal(context, head, sender)
            ?? SlowMode.Refusal(pause, slowed, context.Now)
            ?? ChannelPosts.Refusal(head, _limits.ChannelPostsPerDay, context.Now);
        var isFirstComment = Guest is not null && context.Find<Member>(Member.DocumentId(Actor)) is null;
        return refusal is not null ? Decision.Refuse(refusal) : Append(
            context,
            head,
            slowed is not null ? slowed with { SentAt = context.Now } : isFirstComment ? stored : null);
    }

    public override bool IsRepeatOf(LogEntry first) => first is Message message && message.BodyHash == _bodyHash;

    /// <summary>
    /// The refusal of a sender who may not reach the other user. To its sender, a request that was sent looks the same whether it waits,
    /// was declined, or its sender is blocked. Before it was sent there is nothing to accept, so a message of either user is first contact.
    /// Nobody writes to a user whom they restrict: it would reveal that they still read that user's messages.
    /// </summary>
    private Problem? RefusalOfContact(Head head, DateTimeOffset now)
    {
        if (head.Restricts(Actor))
        {
            return Problems.RequestPending;
        }

        if (head.Request is not { } request || !IsAsking(request))
        {
            return head.IsBlocked ? Problems.CannotMessage : null;
        }

        return request.IsSentWithin(_limits.RequestWindow, now) ? Problems.RequestPending
            : Contact is null ? Undecided
            : Contact == Trust.Contact.Refused || head.IsBlocked ? Problems.CannotMessage
            : Contact == Trust.Contact.Request && !_content.IsRequest(_limits.RequestText) ? Problems.NotARequest(_limits.RequestText)
            : null;
    }

    /// <summary>
    /// The request after this message; null when this message accepts it. An answer accepts the request even if the answer is held: its
    /// author has decided on the contact, and the host app decides on the text alone.
    /// </summary>
    private ContactRequest? RequestAfter(Head head, DateTimeOffset now) =>
        head.Request is { } request && IsAsking(request) && Contact == Trust.Contact.Request
            ? new ContactRequest(Actor, RequestState.Pending) { SentAt = now }
            : null;

    /// <summary>Whether this message asks for contact. Otherwise it answers the other user's request.</summary>
    private bool IsAsking(ContactRequest request) => request.By == Actor || request.SentAt is null;

    private Problem? Refusal(in DecisionContext context, Head head, HeadMember sender)
    {
        if ((Guest?.Refusal ?? _content.Refusal) is { } ownRefusal)
        {
            return ownRefusal;
        }

        if ((head.IsChannel && _content.IsNotOfChannels) || (Guest is not null && _content.IsNotOfComments))
        {
            return Problems.NotAllowed;
        }

        // The members have changed since their ages were checked. The client repeats.
        if (_content.Location is not null && _content.SeenByVersion != head.MembersVersion)
        {
            return Problems.Unavailable;
        }

        if (_content.MentionsAll && !sender.Role.Has(Right.MentionAll, head.Kind))
        {
            return Problems.NotAllowed;
        }

        var member = Guest?.AsMember(_conversation) ?? context.Find<Member>(Member.DocumentId(Actor));
        foreach (var id in _content.RefersTo)
        {
            if (Message.Find(context, id) is not { } message || member?.Sees(message) != true || message.IsExpiredAt(context.Now))
            {
                return Problems.MessageNotFound;
            }

            if (message.IsUnsent)
            {
                return Problems.MessageUnsent;
            }

            if (id == _content.ThreadId && message.ThreadId is not null)
            {
                return Problems.NotAThreadRoot;
            }
        }

        return Mention.Refusal(_content.Mentions, context.MemberOf) ?? _content.Poll?.Refusal(context.Now);
    }

    /// <param name="context">What it is decided on.</param>
    /// <param name="head">The head before.</param>
    /// <param name="sender">The sender's document if it changes, by slow mode or with their first comment; else null.</param>
    private Decision Append(in DecisionContext context, Head head, Member? sender)
    {
        var root = _content.ThreadId is { } thread ? Message.Find(context, thread) : null;
        var seq = head.LastSeq + 1;
        var message = new Message
        {
            ConversationId = _conversation,
            MessageId = head.MessageTtl is null ? _messageId : _messageId.At(seq),
            Seq = seq,
            Ordinal = head.MessageCount + 1,
            Commit = context.Commit,
            SenderId = Actor,
            ClientMessageId = _clientMessageId,
            Kind = _content.Kind,
            Text = _content.Text,
            BodyHash = _bodyHash,
            At = context.Now,
            ReplyTo = _content.ReplyTo,
            ThreadId = _content.ThreadId,
            ThreadOrdinal = root is null ? null : (root.Thread?.Count ?? 0) + 1,
            Mentions = _content.Mentions,
            MentionsAll = _content.MentionsAll,
            Forwarded = _content.Forwarded,
            Poll = _content.Poll,
            Attachments = _content.Snapshots,
            Cards = _content.Cards,
            Location = _content.Location,
            Sticker = _content.StickerSnapshot,
            Flags = _content.Flags,
            ExpiresAt = head.MessageTtl is { } seconds ? context.Now.AddSeconds(seconds) : null,
        };
        message = _content.IsHeld ? message.AsHeld() : message.WithShared();
        message = message with { TimeToLive = message.TimeToLiveAt(context.Now) };
        List<ConversationDocument> changed = [];
        if (root is not null)
        {
            changed.Add(root.WithReply(message));
        }

        if (sender is not null)
        {
            changed.Add(sender);
        }

        var after = head.With(message, IsReceipt) with { Request = RequestAfter(head, context.Now) };
        return Decision.Append(
            IsByHand ? after.WithStreak(Actor, context.Now, seq, _limits.StreakRestores) : after,
            message,
            changed);
    }
}
