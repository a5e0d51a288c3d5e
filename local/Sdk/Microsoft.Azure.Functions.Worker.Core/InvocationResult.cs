namespace Microsoft.Azure.Functions.Worker;

/// <summary>What the function returned, which middleware may look at and replace.</summary>
public abstract class InvocationResult<T>
{
    public abstract T? Value { get; set; }
}

/// <inheritdoc/>
public abstract class InvocationResult : InvocationResult<object>;
