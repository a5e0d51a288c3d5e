using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Shared;
using Chat.Functions.Telemetry;

namespace Chat.Functions.Realtime;

/// <summary>On queue <c>pushgroups</c>: a user who is about to connect has places in push groups that aren't certain to last.</summary>
/// <param name="Chain">Who renews them: the message, and those that go on with the rest.</param>
/// <param name="SignedOutAt">The user's last sign-out when they asked to connect: what was asked for before a later one is void.</param>
public sealed record PushGroupsDue(UserId UserId, string Chain, DateTimeOffset? SignedOutAt)
{
    public const string Queue = "pushgroups";
}

/// <summary>Sends what tells that push groups are due.</summary>
public sealed class PushGroupQueue(ServiceBusClient client, TimeProvider time)
{
    /// <summary>What is asked for within one of these, by whatever instance, is one message.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly ServiceBusSender _sender = client.CreateSender(PushGroupsDue.Queue);

    /// <summary>Begins a renewal, unless one was begun just now for the same.</summary>
    public Task BeginAsync(ConnectionState state, CancellationToken cancellationToken)
    {
        var window = time.GetUtcNow().Ticks / Window.Ticks;
        return SendAsync(
            new PushGroupsDue(state.UserId, OpaqueId.Random(), state.SignedOutAt),
            Id(state.UserId, $"{state.SignedOutAt:O}", $"{state.GoneAt:O}", $"{window}"),
            cancellationToken);
    }

    /// <summary>Goes on with a renewal, under an id of its own: a dropped duplicate would end it.</summary>
    public Task GoOnAsync(PushGroupsDue due, CancellationToken cancellationToken) => SendAsync(due, OpaqueId.Random(), cancellationToken);

    /// <summary>Operators see the ids of messages, and not whom they are about.</summary>
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
