using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Decisions;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;

namespace Chat.Functions.Hooks;

/// <summary>
/// Tells the host app of every decision at least once, in any order; the decision's id, which is also the call's, tells a repeat. What was
/// decided before there was an address isn't told later.
/// </summary>
public sealed class DecisionHook(HostAddress<DecisionHook> host, HostCalls calls, CaseStore cases, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether it is told.</summary>
    public bool IsOn => host.IsOn;

    /// <exception cref="Exception">It didn't take it; to be tried again.</exception>
    public async Task TellAsync(CaseDecision decision, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(decision);
        var messages = decision.Action == DecisionAction.Remove
            ? await cases.ReportedAsync(decision.CaseId, decision.OpenedVersion, decision.CaseVersion, cancellationToken)
            : null;
        var told = new DecisionTold(DecisionView.Of(decision), decision.Target, messages);
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await calls.PostAsync(
            host.Url,
            host.Key,
            decision.DecisionId.Value,
            JsonSerializer.SerializeToUtf8Bytes(told, ChatJson.Default.DecisionTold),
            either.Token);
    }
}

/// <summary>What the host app is told of a decision.</summary>
/// <param name="MessageIds">The messages that were taken back; absent when none were.</param>
internal sealed record DecisionTold(
    DecisionView Decision,
    CaseTarget Target,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<MessageId>? MessageIds)
{
    public string Type { get; } = OwnDecision.Decided;
}
