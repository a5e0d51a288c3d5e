using System.Collections.Immutable;
using System.Reflection;
using Chat.Local.Functions.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Chat.Local.Functions;

/// <summary>A function of the app, checked: its method, its one trigger, and how it is called.</summary>
internal sealed class Function(string name, MethodInfo method, ParameterInfo triggerParameter, TriggerBindingAttribute trigger) : FunctionDefinition
{
    private Func<Invocation, ValueTask<object?>>? _call;

    public override string Id => Name;

    public override string Name { get; } = name;

    public override string EntryPoint { get; } = $"{method.DeclaringType!.FullName}.{method.Name}";

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } =
        ImmutableDictionary<string, BindingMetadata>.Empty.Add(triggerParameter.Name!, new TriggerMetadata(triggerParameter.Name!, TypeOf(trigger)));

    public MethodInfo Method { get; } = method;

    public ParameterInfo TriggerParameter { get; } = triggerParameter;

    public TriggerBindingAttribute Trigger { get; } = trigger;

    public RetryAttribute? Retry { get; } = method.GetCustomAttribute<RetryAttribute>();

    /// <summary>Where requests reach it; null when its trigger isn't HTTP.</summary>
    public HttpRoute? Route { get; init; }

    /// <summary>Whether the settings say so: its trigger doesn't start, and its address is an empty 404.</summary>
    public bool IsDisabled { get; init; }

    public string MeterOperation { get; } = $"execution:{name}";

    /// <summary>Under which the meter counts the requests that it answered with 201.</summary>
    public string CreatedOperation { get; } = $"created:{name}";

    /// <summary>Flex Consumption runs all HTTP functions on the same instances, and every other function on its own.</summary>
    public string ScaleGroup { get; } = trigger is HttpTriggerAttribute ? "http" : $"function:{name}";

    public FunctionStatistics Statistics { get; } = new();

    /// <summary>Calls the method on a new instance of its class. The call is compiled at its first use, which keeps the start short.</summary>
    public ValueTask<object?> CallAsync(Invocation invocation) => (_call ??= FunctionCall.Compile(this))(invocation);

    private static string TypeOf(TriggerBindingAttribute trigger)
    {
        var type = trigger.GetType().Name[..^nameof(Attribute).Length];
        return type.StartsWith("CosmosDB", StringComparison.Ordinal) ? "cosmosDBTrigger" : char.ToLowerInvariant(type[0]) + type[1..];
    }

    private sealed class TriggerMetadata(string name, string type) : BindingMetadata
    {
        public override string Name { get; } = name;

        public override string Type { get; } = type;
    }
}
