namespace Chat.Local.ServiceBus.Messages;

/// <summary>The application properties by which a dead letter says why it is one.</summary>
internal static class DeadLetterProperties
{
    public const string Reason = "DeadLetterReason";
    public const string Description = "DeadLetterErrorDescription";

    public static Dictionary<string, object> Of(string? reason, string? description, IDictionary<string, object>? others = null)
    {
        var properties = others is null ? new Dictionary<string, object>(StringComparer.Ordinal) : new(others, StringComparer.Ordinal);
        if (reason is not null)
        {
            properties[Reason] = reason;
        }

        if (description is not null)
        {
            properties[Description] = description;
        }

        return properties;
    }
}
