using System.Collections;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.Functions;

/// <summary>What is attached to an invocation, by type; the result is there from the start.</summary>
internal sealed class InvocationFeatures(InvocationResult result) : IInvocationFeatures
{
    private readonly Dictionary<Type, object> _features = new() { [typeof(InvocationResult)] = result };

    public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

    public void Set<T>(T? instance)
    {
        if (instance is null)
        {
            _features.Remove(typeof(T));
        }
        else
        {
            _features[typeof(T)] = instance;
        }
    }

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
