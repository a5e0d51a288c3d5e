using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Cards;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Moderation;

/// <summary>On queue <c>moderation</c>: what is left to be done about a case or a user, or told. Every kind may be repeated.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(ApplyDecision), "applyDecision")]
[JsonDerivedType(typeof(KeepOut), "keepOut")]
[JsonDerivedType(typeof(CaseDue), "caseDue")]
[JsonDerivedType(typeof(TellHost), "tellHost")]
[JsonDerivedType(typeof(MessageHeld), "messageHeld")]
[JsonDerivedType(typeof(SignedOut), "signedOut")]
[JsonDerivedType(typeof(CardsShared), "cardsShared")]
[JsonDerivedType(typeof(ContinueErasure), "continueErasure")]
public abstract record ModerationMessage
{
    public const string Queue = "moderation";

    /// <summary>The same for all that ask for the same, so that the queue takes it once.</summary>
    [JsonIgnore]
    public abstract string MessageId { get; }
}

/// <summary>A decision may not have had all its effects yet. It does nothing when there is no such decision, or all is done.</summary>
public sealed record ApplyDecision(CaseId CaseId, DecisionId DecisionId) : ModerationMessage
{
    // Not its decision's: one that was sent for a commit which failed must not keep out the next.
    [JsonIgnore]
    public override string MessageId => OpaqueId.Random();
}

/// <summary>
/// A user was banned: whatever connections they have are closed, again and again until no token by which they could connect is good any
/// more, or the ban is over.
/// </summary>
public sealed record KeepOut(UserId UserId, DecisionId DecisionId, int Step, DateTimeOffset Until) : ModerationMessage
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Hash("keepOut", DecisionId.Value, string.Create(null, $"{Step}"));
}

/// <summary>A case should be decided by now.</summary>
public sealed record CaseDue(CaseId CaseId, DateTimeOffset DueAt, int Step) : ModerationMessage
{
    [JsonIgnore]
    public override string MessageId =>
        OpaqueId.Hash("caseDue", CaseId.Value, string.Create(null, $"{DueAt.ToUnixTimeMilliseconds()}"), string.Create(null, $"{Step}"));
}

/// <summary>A decision had its effects; the host app is to be told.</summary>
public sealed record TellHost(CaseId CaseId, DecisionId DecisionId) : ModerationMessage
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Hash("tellHost", DecisionId.Value);
}

/// <summary>A message may be held that the host app doesn't know of.</summary>
/// <param name="ContentHash">Of what was to be held: another message may have the id by then.</param>
/// <param name="IsLast">Whether it isn't looked for once more if it isn't there.</param>
public sealed record MessageHeld(ConversationId ConversationId, MessageId Held, string ContentHash, bool IsLast) : ModerationMessage
{
    // A retry's message may be committed after the first one's was looked for.
    [JsonIgnore]
    public override string MessageId => OpaqueId.Random();
}

/// <summary>A user signed out; if not all of their connections were closed then, they are to be.</summary>
/// <param name="At">No later than the sign-out that is noted.</param>
public sealed record SignedOut(UserId UserId, DateTimeOffset At) : ModerationMessage
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Random();
}

/// <summary>A message with cards was sent; the host app is to be told.</summary>
/// <param name="SharedBy">The message.</param>
public sealed record CardsShared(
    ConversationId ConversationId,
    MessageId SharedBy,
    UserId SenderId,
    DateTimeOffset At,
    IReadOnlyList<CardReference> Cards) : ModerationMessage
{
    [JsonIgnore]
    public override string MessageId => OpaqueId.Hash("cardsShared", ConversationId.Value, SharedBy.Value);
}

/// <summary>A user's erasure is to begin a pass, or to go on with it from where it is.</summary>
/// <param name="Chain">The same in all messages of a pass, so that no two chains do it side by side.</param>
public sealed record ContinueErasure(UserId UserId, string Chain) : ModerationMessage
{
    // Each step ends by sending the next.
    [JsonIgnore]
    public override string MessageId => OpaqueId.Random();
}

/// <summary>Sends <see cref="ModerationMessage"/>s.</summary>
public sealed class ModerationQueue(ServiceBusClient client)
{
    private readonly ServiceBusSender _sender = client.CreateSender(ModerationMessage.Queue);

    /// <summary>
    /// Sees to it that somebody is told when a case is overdue, if it opens or becomes more urgent. It comes before the case is written: a
    /// message about what wasn't written does nothing.
    /// </summary>
    public async Task WatchAsync(Case? before, Case after, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(after);
        if (before is not { State: CaseState.Open } || before.DueAt != after.DueAt)
        {
            await SendAsync(new CaseDue(after.CaseId, after.DueAt, 0), after.DueAt, cancellationToken);
        }
    }

    /// <summary>Enqueues a message for an instant.</summary>
    public Task SendAsync(ModerationMessage message, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = JsonSerializer.SerializeToUtf8Bytes(message, ChatJson.Default.ModerationMessage);
        return _sender.SendTracedAsync(
            new ServiceBusMessage(body) { MessageId = message.MessageId, ContentType = "application/json", ScheduledEnqueueTime = at },
            cancellationToken);
    }
}
