#nullable disable
namespace Azure.Messaging.ServiceBus;

/// <summary>What a client, its senders and receivers share.</summary>
public class ServiceBusClientOptions
{
    public string Identifier { get; set; }

    public ServiceBusRetryOptions RetryOptions { get; set; } = new();
}
