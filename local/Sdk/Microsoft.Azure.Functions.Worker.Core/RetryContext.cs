namespace Microsoft.Azure.Functions.Worker;

/// <summary>Which attempt of the same trigger data this is: 0 for the first.</summary>
public abstract class RetryContext
{
    public abstract int RetryCount { get; }

    public abstract int MaxRetryCount { get; }
}
