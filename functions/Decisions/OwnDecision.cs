using System.Text.Json.Serialization;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Decisions;

/// <summary>A decision about a user, in their partition: what they are told of it, and nothing of who reported or decided.</summary>
public sealed record OwnDecision
{
    /// <summary>The event's type.</summary>
    public const string Decided = "moderation.decided";

    /// <summary>The prefix of all of them.</summary>
    public const string Prefix = "decision:";

    /// <summary>As many messages as a statement names; a decision may be about more.</summary>
    private const int MaxMessages = 100;

    [JsonPropertyOrder(-2)]
    public string Type => "decision";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(DecisionId);

    public required UserId UserId { get; init; }

    public required DecisionId DecisionId { get; init; }

    public required CaseId CaseId { get; init; }

    public required DecisionAction Action { get; init; }

    public required DecisionGround Ground { get; init; }

    public required string Rule { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConversationId? ConversationId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageId>? MessageIds { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Whether it decided an appeal, so that there is none against it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsOnAppeal { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? AppealedAt { get; init; }

    /// <summary>Whether there is no appeal against it: it answered one, or took something back.</summary>
    [JsonIgnore]
    public bool IsFinal => IsOnAppeal || Action == DecisionAction.Lift;

    public static string DocumentId(DecisionId decision) => Prefix + decision.Value;

    /// <param name="decision">The decision.</param>
    /// <param name="user">Whom it is about.</param>
    /// <param name="removed">The messages that were taken back; null when none were.</param>
    public static OwnDecision Of(CaseDecision decision, UserId user, IReadOnlyList<MessageId>? removed)
    {
        ArgumentNullException.ThrowIfNull(decision);
        return new()
        {
            UserId = user,
            DecisionId = decision.DecisionId,
            CaseId = decision.CaseId,
            Action = decision.Action,
            Ground = decision.Ground,
            Rule = decision.Rule,
            Scope = decision.Scope,
            Until = decision.Until,
            ConversationId = decision.Target.ConversationId,
            MessageIds = removed is null ? null : [.. removed.Take(MaxMessages)],
            At = decision.At,
            IsOnAppeal = decision.IsOnAppeal,
        };
    }
}

/// <summary>A decision as the user concerned sees it.</summary>
/// <param name="CanAppeal">Whether they can still ask for another look at it.</param>
public sealed record OwnDecisionView(
    DecisionId DecisionId,
    DecisionAction Action,
    DecisionGround Ground,
    string Rule,
    DateTimeOffset At,
    bool CanAppeal)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Until { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ConversationId? ConversationId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<MessageId>? MessageIds { get; init; }

    public static OwnDecisionView Of(OwnDecision one)
    {
        ArgumentNullException.ThrowIfNull(one);
        return new(one.DecisionId, one.Action, one.Ground, one.Rule, one.At, !one.IsFinal && one.AppealedAt is null)
        {
            Scope = one.Scope,
            Until = one.Until,
            ConversationId = one.ConversationId,
            MessageIds = one.MessageIds,
        };
    }
}

/// <summary>Stores users' own decisions.</summary>
public sealed class OwnDecisions(ChatContainers containers)
{
    /// <summary>More than anybody has; the newest are shown of more.</summary>
    private const int MaxRead = 1000;

    /// <summary>Keeps a decision, once.</summary>
    public async Task KeepAsync(OwnDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        await containers.Users.TryWriteDocumentAsync(
            decision,
            decision.Id,
            new PartitionKey(decision.UserId.Value),
            null,
            ChatJson.Default.OwnDecision,
            cancellationToken);
    }

    /// <summary>A decision about a user; null when there is none.</summary>
    public async Task<OwnDecision?> ReadAsync(UserId user, DecisionId id, CancellationToken cancellationToken) =>
        (await containers.Users.ReadDocumentAsync(
            OwnDecision.DocumentId(id),
            new PartitionKey(user.Value),
            ChatJson.Default.OwnDecision,
            null,
            cancellationToken)).Document;

    /// <summary>The decisions about a user, newest first.</summary>
    public async Task<IReadOnlyList<OwnDecision>> ListAsync(UserId user, CancellationToken cancellationToken)
    {
        // Their ids are hashes, so the order of the ids says nothing.
        var query = new QueryDefinition($"SELECT TOP {MaxRead} * FROM c WHERE c.id > @after AND c.id < @end ORDER BY c.id")
            .WithParameter("@after", OwnDecision.Prefix)
            .WithParameter("@end", OwnDecision.Prefix[..^1] + ';');
        var all = await containers.Users.QueryPartitionAsync(
            query,
            new PartitionKey(user.Value),
            ChatJson.Default.DocumentsPageOwnDecision,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        return [.. all.OrderByDescending(one => one.At)];
    }

    /// <summary>Notes that its user appealed. Idempotent.</summary>
    public async Task NoteAppealAsync(OwnDecision decision, DateTimeOffset at, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        using var response = await containers.Users.PatchItemStreamAsync(
            decision.Id,
            new PartitionKey(decision.UserId.Value),
            [PatchOperation.Set("/appealedAt", at)],
            new PatchItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        response.EnsureSuccessStatusCode();
    }
}
