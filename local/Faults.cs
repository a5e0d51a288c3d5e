namespace Chat.Local;

/// <summary>What goes wrong. Each service's README of operations is the list of names in <see cref="Faults"/>.</summary>
internal enum FaultKind
{
    /// <summary>
    /// Refuse before applying, with <see cref="Fault.Status"/> (Cosmos, SignalR, Blob Storage) or
    /// <c>ServiceBusFailureReason.ServiceCommunicationProblem</c>.
    /// </summary>
    Fail,

    /// <summary>Refuse for lack of throughput: Cosmos 429, Service Bus <c>ServiceBusy</c>, SignalR 429, Blob Storage 503.</summary>
    Throttle,

    /// <summary>Apply after <see cref="Fault.Delay"/>.</summary>
    Delay,

    /// <summary>The connection breaks and nothing was applied.</summary>
    ResetBefore,

    /// <summary>The connection breaks after the operation was applied: the caller can't tell.</summary>
    ResetAfter,

    /// <summary>Applied, but the answer is a time-out (Cosmos 408, Service Bus <c>ServiceTimeout</c>, Blob Storage 500).</summary>
    TimeoutAfter,

    /// <summary>Cosmos only: refuse a conditional write with 412 although its ETag matches.</summary>
    FalsePrecondition,

    /// <summary>
    /// Service Bus receive: deliver the message a second time, at once. An invocation: run the function twice, side by side.
    /// </summary>
    Duplicate,

    /// <summary>Service Bus receive: let later messages overtake this one.</summary>
    Reorder,

    /// <summary>Service Bus receive: lose the lock while the receiver works.</summary>
    DropLock,

    /// <summary>
    /// SignalR: close the client's connection. An invocation: cut its worker's stream, <see cref="Fault.Delay"/> after it began.
    /// </summary>
    Kill,
}

/// <summary>A rule of what goes wrong, for the operations it matches.</summary>
/// <param name="Service"><c>cosmos</c>, <c>servicebus</c>, <c>signalr</c>, <c>blobs</c> or <c>functions</c>, which is the host.</param>
/// <param name="Operation">The operation's name, or <c>*</c>.</param>
internal sealed record Fault(string Service, string Operation, FaultKind Kind)
{
    /// <summary>
    /// Which targets it hits (container/partition key/id, queue/message id, user or group, container/blob, function,
    /// function/message id); all when null.
    /// </summary>
    public Func<string, bool>? Target { get; init; }

    /// <summary>How many matches it spares before it strikes.</summary>
    public int Skip { get; init; }

    /// <summary>How often it strikes.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>The chance that it strikes, drawn from the seeded source of <see cref="Faults"/>.</summary>
    public double Probability { get; init; } = 1;

    public TimeSpan Delay { get; init; }

    /// <summary>The status of <see cref="FaultKind.Fail"/>; 503 by default.</summary>
    public int Status { get; init; } = 503;

    /// <summary>Called when it strikes, before anything else happens: where a story waits or kills a process.</summary>
    public Func<string, Task>? Strike { get; init; }

    /// <summary>
    /// Called once a delayed operation of Cosmos DB or Blob Storage was applied, before it is answered: where a story holds what was read.
    /// Called once an invocation ended whose answer is lost (<see cref="FaultKind.ResetAfter"/>): where it kills the worker.
    /// </summary>
    public Func<string, Task>? Applied { get; init; }
}

/// <summary>
/// The hook by which tests break the local Azure on purpose. Services ask <see cref="NextAsync"/> before each operation and do what the
/// fault says; without rules that costs one field read.
/// </summary>
/// <remarks>
/// Operations: cosmos <c>create read replace upsert patch delete batch query changefeed</c>; servicebus <c>send schedule cancel receive
/// complete abandon defer deadletter renew peek</c>; signalr <c>negotiate send-user send-group send-connection send-all group-add
/// group-remove group-check group-exists user-exists connection-exists close</c>; blobs <c>put-blob put-block put-block-list get-blob
/// head-blob get-block-list copy-blob delete-blob set-blob-metadata set-blob-properties list-blobs get-user-delegation-key</c> and those of
/// containers and the service; functions <c>http queue feed timer</c> for an invocation
/// by that trigger, and <c>complete abandon defer deadletter renew</c> for a settlement on its way from the host to the queue, which nobody
/// repeats.
/// </remarks>
internal sealed class Faults(int seed = 1)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);
    private volatile Rule[] _rules = [];

    /// <summary>Arms a fault; disposing the answer disarms it. Of several that match, the one armed first strikes.</summary>
    public IDisposable Add(Fault fault)
    {
        var rule = new Rule(this, fault);
        lock (_lock)
        {
            _rules = [.. _rules, rule];
        }

        return rule;
    }

    public void Clear() => _rules = [];

    /// <summary>Whether there is any rule: without one nobody need put a target's name together.</summary>
    public bool AreArmed => _rules.Length > 0;

    /// <summary>The fault that strikes this operation, if any, after its <see cref="Fault.Strike"/> ran.</summary>
    public ValueTask<Fault?> NextAsync(string service, string operation, string target) =>
        _rules is { Length: > 0 } rules ? MatchAsync(rules, service, operation, target) : default;

    private async ValueTask<Fault?> MatchAsync(Rule[] rules, string service, string operation, string target)
    {
        if (Array.Find(rules, rule => Matches(rule, service, operation, target))?.Fault is not { } fault)
        {
            return null;
        }

        if (fault.Strike is { } strike)
        {
            await strike(target);
        }

        return fault;
    }

    private bool Matches(Rule rule, string service, string operation, string target)
    {
        var fault = rule.Fault;
        if (fault.Service != service || (fault.Operation != "*" && fault.Operation != operation) || fault.Target?.Invoke(target) == false)
        {
            return false;
        }

        lock (_lock)
        {
            return rule.Seen - fault.Skip < fault.Times && _random.NextDouble() < fault.Probability && rule.Seen++ >= fault.Skip;
        }
    }

    private sealed class Rule(Faults owner, Fault fault) : IDisposable
    {
        public Fault Fault => fault;

        public int Seen { get; set; }

        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._rules = Array.FindAll(owner._rules, rule => rule != this);
            }
        }
    }
}
