using Chat.Local.Functions.Http;
using Chat.Local.Functions.Protocol;

namespace Chat.Local.Functions;

/// <summary>A function as its worker describes it, checked.</summary>
internal sealed class Function(RpcFunctionMetadata metadata, TriggerBinding trigger)
{
    public string Id => metadata.FunctionId;

    public string Name => metadata.Name;

    public string EntryPoint => metadata.EntryPoint;

    public RpcFunctionMetadata Metadata => metadata;

    public TriggerBinding Trigger => trigger;

    /// <summary>How a failed run is repeated; null when the trigger itself decides.</summary>
    public RpcRetryOptions? Retry => metadata.RetryOptions;

    /// <summary>Where requests reach it; null when its trigger isn't HTTP.</summary>
    public HttpRoute? Route { get; init; }

    /// <summary>Whether the settings say so: its trigger doesn't start, and its address is an empty 404.</summary>
    public bool IsDisabled { get; init; }

    public string MeterOperation { get; } = $"execution:{metadata.Name}";

    /// <summary>Under which the meter counts the requests that it answered with 201.</summary>
    public string CreatedOperation { get; } = $"created:{metadata.Name}";

    /// <summary>Flex Consumption runs all HTTP functions on the same instances, and every other function on its own.</summary>
    public string ScaleGroup { get; } = trigger is HttpTriggerBinding ? "http" : $"function:{metadata.Name}";

    public FunctionStatistics Statistics { get; } = new();
}
