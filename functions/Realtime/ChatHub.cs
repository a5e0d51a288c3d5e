using System.Text.Json;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Sync;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Realtime;

/// <summary>The SignalR hub, serverless: an accelerator that may lose or reorder, never the truth. Clients listen to one method, <c>events</c>.</summary>
[SignalRConnection(Connection)]
public sealed class ChatHub(IServiceProvider services) : ServerlessHub(services)
{
    /// <summary>The setting that names the SignalR Service.</summary>
    public const string Connection = DefaultConnectionStringName;

    private const string Method = "events";
    private static readonly ChatJson AnyCase = new(new JsonSerializerOptions(ChatJson.Default.Options) { PropertyNameCaseInsensitive = true });
    private readonly int _storeEpoch = services.GetRequiredService<SyncOptions>().StoreEpoch;

    /// <summary>Where and with which token this user connects.</summary>
    public async Task<RealtimeConnection> NegotiateAsync(UserId user)
    {
        var answer = await NegotiateAsync(new NegotiationOptions { UserId = user.Value });

        // The package writes more than the protocol needs, in a case of its own choice.
        return JsonSerializer.Deserialize(answer.ToMemory().Span, AnyCase.RealtimeConnection)
            ?? throw new InvalidOperationException("SignalR Service gave no connection.");
    }

    /// <summary>Sends events to every connection of a user: one request to the service.</summary>
    public Task SendToUserAsync(UserId user, ChatEvent[] events, CancellationToken cancellationToken) =>
        Clients.User(user.Value).SendCoreAsync(Method, [OfThisLife(events)], cancellationToken);

    /// <summary>Sends events to every connection of a conversation's members: one request to the service.</summary>
    public Task SendToMembersAsync(ConversationId conversation, ChatEvent[] events, CancellationToken cancellationToken) =>
        Clients.Group(conversation.Value).SendCoreAsync(Method, [OfThisLife(events)], cancellationToken);

    /// <summary>Puts a user's current and future connections into a conversation's group for a time.</summary>
    public Task JoinAsync(UserId user, ConversationId conversation, TimeSpan ttl, CancellationToken cancellationToken) =>
        UserGroups.AddToGroupAsync(user.Value, conversation.Value, ttl, cancellationToken);

    /// <summary>Takes a user out of a conversation's group.</summary>
    public Task LeaveAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        UserGroups.RemoveFromGroupAsync(user.Value, conversation.Value, cancellationToken);

    /// <summary>Whether any device of a user's is connected.</summary>
    public Task<bool> IsConnectedAsync(UserId user, CancellationToken cancellationToken) => ClientManager.UserExistsAsync(user.Value, cancellationToken);

    /// <summary>Asks the service something cheap; throws when it doesn't answer.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => ClientManager.UserExistsAsync("health", cancellationToken);

    /// <summary>Clients that stayed connected while the store was restored learn of it here; the first life needs no mark.</summary>
    private ChatEvent[] OfThisLife(ChatEvent[] events) => _storeEpoch == 1 ? events : [.. events.Select(one => one with { StoreEpoch = _storeEpoch })];
}
