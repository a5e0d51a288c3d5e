namespace Chat.Local.Tests.ServiceBus;

/// <summary>How a client reaches the broker.</summary>
public enum Door
{
    InProcess,

    /// <summary>The unmodified client of the package, over AMQP and a port.</summary>
    Amqp,
}

/// <summary>Runs a theory through each door, as its last argument.</summary>
public sealed class EveryDoorAttribute(params object[] arguments) : EachAttribute<Door>(arguments);
