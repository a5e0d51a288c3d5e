namespace Chat.Local.ServiceBus.Amqp;

/// <summary>What clients of the port may use up.</summary>
internal sealed record AmqpLimits
{
    public static readonly AmqpLimits Usual = new();

    /// <summary>How long a connection may say nothing, of which its client is told.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(4);

    public int Connections { get; init; } = 200;

    /// <summary>Of one connection.</summary>
    public int Links { get; init; } = 1000;

    /// <summary>How many messages a receiver may hold without settling them before it gets no more.</summary>
    public int Unsettled { get; init; } = 5000;

    /// <summary>How many bytes may wait until a client reads them before its receivers get no more.</summary>
    public int Unread { get; init; } = 4 * 1024 * 1024;
}
