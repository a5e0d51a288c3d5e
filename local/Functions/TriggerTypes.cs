using Azure.Messaging.ServiceBus;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Chat.Local.Functions;

/// <summary>Which types the parameter of a trigger may have, besides those of HTTP.</summary>
internal static class TriggerTypes
{
    public static bool Allows(TriggerBindingAttribute trigger, Type type) => trigger switch
    {
        ServiceBusTriggerAttribute => type == typeof(ServiceBusReceivedMessage) || type == typeof(string) || type == typeof(BinaryData),
        CosmosDBTriggerAttribute => type == typeof(string) || (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)),
        TimerTriggerAttribute => type == typeof(TimerInfo),
        _ => false,
    };
}
