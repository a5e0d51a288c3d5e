using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>A connection of Microsoft.Azure.Amqp, below what the package for Service Bus lets one do.</summary>
internal sealed class LibraryConnection(AmqpConnection connection, AmqpSession session) : IAsyncDisposable
{
    private int _links;

    public static async Task<LibraryConnection> OpenAsync(TestPort port)
    {
        var connection = await new AmqpConnectionFactory().OpenConnectionAsync($"amqp://127.0.0.1:{port.Port}");
        var session = connection.CreateSession(new AmqpSessionSettings());
        await session.OpenAsync(SignalR.Eventually.Timeout);
        var cbs = new AmqpCbsLink(connection);
        await cbs.SendTokenAsync(
            new Tokens(),
            new Uri($"sb://127.0.0.1:{port.Port}"),
            "sb://127.0.0.1/",
            "sb://127.0.0.1/",
            [],
            SignalR.Eventually.Timeout);
        return new LibraryConnection(connection, session);
    }

    public Task<SendingAmqpLink> SenderAsync(string queue) => OpenAsync(new SendingAmqpLink(session, new AmqpLinkSettings
    {
        LinkName = $"link{++_links}",
        Role = false,
        InitialDeliveryCount = 0,
        Target = new Target { Address = queue },
        Source = new Source(),
    }));

    /// <summary>A receiver that gets nothing until it gives credit.</summary>
    public Task<ReceivingAmqpLink> ReceiverAsync(string queue) => OpenAsync(new ReceivingAmqpLink(session, new AmqpLinkSettings
    {
        LinkName = $"link{++_links}",
        Role = true,
        AutoSendFlow = false,
        Source = new Source { Address = queue },
        Target = new Target(),
        SettleType = SettleMode.SettleOnDispose,
    }));

    public static Task<Outcome> SendAsync(SendingAmqpLink sender, byte[] message) => sender.SendMessageAsync(
        AmqpMessage.CreateAmqpStreamMessage(new BufferListStream([new ArraySegment<byte>(message)]), payloadInitialized: true),
        new ArraySegment<byte>(Guid.NewGuid().ToByteArray()),
        AmqpConstants.NullBinary,
        SignalR.Eventually.Timeout);

    public async ValueTask DisposeAsync() => await connection.CloseAsync(SignalR.Eventually.Timeout);

    private static async Task<T> OpenAsync<T>(T link)
        where T : AmqpLink
    {
        await link.OpenAsync(SignalR.Eventually.Timeout);
        return link;
    }

    private sealed class Tokens : ICbsTokenProvider
    {
        public Task<CbsToken> GetTokenAsync(Uri namespaceAddress, string appliesTo, string[] requiredClaims) =>
            Task.FromResult(new CbsToken(
                SasTokens.Make(TimeProvider.System.GetUtcNow().AddHours(1)), CbsConstants.ServiceBusSasTokenType, DateTime.MaxValue));
    }
}
