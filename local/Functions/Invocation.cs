using System.Collections.ObjectModel;
using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.Functions;

/// <summary>One run of a function, from its trigger to its result.</summary>
internal sealed class Invocation(Function function, IServiceProvider services, object? triggerData, CancellationToken stopping) : FunctionContext
{
    private static readonly CurrentTrace Trace = new();
    private readonly InvocationValue _result = new();
    private string? _id;
    private InvocationFeatures? _features;
    private IDictionary<object, object>? _items;

    public override string InvocationId => _id ??= Guid.NewGuid().ToString();

    public override string FunctionId => function.Id;

    public override TraceContext TraceContext => Trace;

    public override BindingContext BindingContext => new RouteValues(Http);

    public override RetryContext RetryContext => Attempt;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function;

    public override IDictionary<object, object> Items
    {
        get => _items ??= new Dictionary<object, object>();
        set => _items = value;
    }

    public override IInvocationFeatures Features => _features ??= new InvocationFeatures(_result);

    /// <summary>Fires when the caller has gone, or when the host stops without waiting any longer.</summary>
    public override CancellationToken CancellationToken => Http?.RequestAborted ?? stopping;

    public HttpContext? Http { get; init; }

    public ServiceBusMessageActions? MessageActions { get; init; }

    public Attempt Attempt { get; init; } = Attempt.First;

    public object? TriggerData => triggerData;

    /// <summary>What the function threw, whatever the middleware made of it.</summary>
    public Exception? Thrown { get; private set; }

    /// <summary>The end of the pipeline: calls the function and keeps what it returned.</summary>
    public static async Task CallFunctionAsync(FunctionContext context)
    {
        var invocation = (Invocation)context;
        try
        {
            invocation._result.Value = await ((Function)invocation.FunctionDefinition).CallAsync(invocation);
        }
        catch (Exception exception)
        {
            invocation.Thrown = exception;
            throw;
        }
    }

    private sealed class InvocationValue : InvocationResult
    {
        public override object? Value { get; set; }
    }

    private sealed class CurrentTrace : TraceContext
    {
        public override string TraceParent => Activity.Current?.Id ?? "";

        public override string TraceState => Activity.Current?.TraceStateString ?? "";
    }

    private sealed class RouteValues(HttpContext? http) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData =>
            http?.Request.RouteValues ?? (IReadOnlyDictionary<string, object?>)ReadOnlyDictionary<string, object?>.Empty;
    }
}

/// <summary>Which try of the same trigger data this is.</summary>
internal sealed class Attempt(int retryCount, int maxRetryCount) : RetryContext
{
    public static readonly Attempt First = new(0, 0);

    public override int RetryCount { get; } = retryCount;

    public override int MaxRetryCount { get; } = maxRetryCount;
}
