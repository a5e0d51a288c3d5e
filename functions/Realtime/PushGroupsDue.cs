using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Realtime;

/// <summary>On queue <c>pushgroups</c>: a user who is about to connect has push group memberships to renew.</summary>
/// <param name="Chain">Identifies the renewal: this message and those that continue it.</param>
/// <param name="SignedOutAt">The user's last sign-out when the renewal was requested. A later sign-out voids the renewal.</param>
public sealed record PushGroupsDue(UserId UserId, string Chain, DateTimeOffset? SignedOutAt)
{
    public const string Queue = "pushgroups";
}

/// <summary>Sends <see cref="PushGroupsDue"/> messages.</summary>
public sealed class PushGroupQueue(ServiceBusClient client, TimeProvider time)
{
    /// <summary>Requests within one window are one message, from whichever instance: the queue drops duplicates.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly ServiceBusSender _sender = client.CreateSender(PushGroupsDue.Queue);

    /// <summary>Starts a renewal, unless one was started within the window.</summary>
    public Task BeginAsync(ConnectionState state, CancellationToken cancellationToken)
    {
        var window = time.GetUtcNow().Ticks / Window.Ticks;
        return SendAsync(
            new PushGroupsDue(state.UserId, OpaqueId.Random(), state.SignedOutAt),
            Id(state.UserId, $"{state.SignedOutAt:O}", $"{state.GoneAt:O}", $"{window}"),
            cancellationToken);
    }

    /// <summary>Continues a renewal, under a new message id: dropped as a duplicate, it would end.</summary>
    public Task GoOnAsync(PushGroupsDue due, CancellationToken cancellationToken) => SendAsync(due, OpaqueId.Random(), cancellationToken);

    /// <summary>Hashed, because operators see message ids and shouldn't see users.</summary>
    private static string Id(UserId user, params ReadOnlySpan<string> rest) => OpaqueId.Hash(["pushgroups", user.Value, .. rest]);

    private Task SendAsync(PushGroupsDue due, string id, CancellationToken cancellationToken)
    {
        var message = new ServiceBusMessage(JsonSerializer.SerializeToUtf8Bytes(due, ChatJson.Default.PushGroupsDue))
        {
            MessageId = id,
            ContentType = "application/json",
        };
        return _sender.SendTracedAsync(message, cancellationToken);
    }
}
