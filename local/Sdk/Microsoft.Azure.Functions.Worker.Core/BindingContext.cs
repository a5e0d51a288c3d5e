namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the trigger told about this invocation, such as route values or a message's properties.</summary>
public abstract class BindingContext
{
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }
}
