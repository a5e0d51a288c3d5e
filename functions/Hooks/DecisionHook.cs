using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Decisions;
using Chat.Functions.Moderation;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;

namespace Chat.Functions.Hooks;

/// <summary>Where the host app is told of moderators' decisions, under <c>Hooks__Decisions</c> in the settings.</summary>
public sealed record DecisionHookOptions
{
    /// <summary>
    /// Where it is told: https, or http on localhost. Empty, the default, tells nobody. What was decided before isn't told later.
    /// </summary>
    public string Url { get; init; } = "";

    /// <summary>The key that signs the calls, as Standard Webhooks has it: <c>whsec_</c> and 24 to 64 bytes in base64.</summary>
    public string Key { get; init; } = "";

    public bool IsOn => Url.Length > 0;

    /// <exception cref="InvalidOperationException">The settings are inconsistent; the message names the setting.</exception>
    public static DecisionHookOptions Read(IConfiguration configuration)
    {
        var options = configuration.GetValidated<DecisionHookOptions>("Hooks:Decisions");
        HostCalls.Check(options.Url, options.Key, "Hooks__Decisions__Url", "Hooks__Decisions__Key");
        return options;
    }
}

/// <summary>
/// Tells the host app of every decision at least once, in any order; the decision's id, which is also the call's, tells a repeat.
/// </summary>
public sealed class DecisionHook(DecisionHookOptions options, HostCalls calls, CaseStore cases, TimeProvider time)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Whether it is told.</summary>
    public bool IsOn => options.IsOn;

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
            options.Url,
            options.Key,
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
