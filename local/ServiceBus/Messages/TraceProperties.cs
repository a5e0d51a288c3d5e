using System.Diagnostics;

namespace Chat.Local.ServiceBus.Messages;

/// <summary>The application properties by which the SDK tells a message's consumer in which span it was sent.</summary>
/// <remarks>
/// As the SDK does it while its own spans, which are experimental, are off: whatever span its caller is in, it notes in
/// <c>Diagnostic-Id</c> alone. A property that the sender has set stays.
/// </remarks>
internal static class TraceProperties
{
    private const string DiagnosticId = "Diagnostic-Id";
    private const string TraceParent = "traceparent";

    public static void Set(IDictionary<string, object> properties)
    {
        if (Activity.Current is { Id: { } id } && !properties.ContainsKey(DiagnosticId) && !properties.ContainsKey(TraceParent))
        {
            properties[DiagnosticId] = id;
        }
    }
}
