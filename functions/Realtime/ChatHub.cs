using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Sync;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Realtime;

/// <summary>
/// The serverless SignalR hub. It is an accelerator: SignalR may lose and reorder events, and clients fetch what they miss. They
/// listen to one method, <c>events</c>.
/// </summary>
[SignalRConnection(Connection)]
public sealed class ChatHub(IServiceProvider services, TimeProvider time) : ServerlessHub(services)
{
    /// <summary>The setting that names the SignalR Service.</summary>
    public const string Connection = DefaultConnectionStringName;

    private const string Method = "events";
    private const string SystemClaim = "asrs.s.";

    /// <summary>The service's own default. Long polling sends the token with every poll, so it mustn't end early.</summary>
    private static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinTokenLifetime = TimeSpan.FromSeconds(1);

    private static readonly ChatJson AnyCase =
        new(new JsonSerializerOptions(ChatJson.Default.Options) { PropertyNameCaseInsensitive = true });
    private readonly int _storeEpoch = services.GetRequiredService<SyncOptions>().StoreEpoch;

    /// <summary>The URL and token by which a user connects. The service closes the connection at an instant.</summary>
    public async Task<RealtimeConnection> NegotiateAsync(UserId user, DateTimeOffset until)
    {
        var left = until - time.GetUtcNow();
        var options = new NegotiationOptions
        {
            UserId = user.Value,
            TokenLifetime = left < MinTokenLifetime ? MinTokenLifetime : left < MaxTokenLifetime ? left : MaxTokenLifetime,

            // By these claims the service closes the connection when the user's own token expires, so that the client negotiates
            // again: https://github.com/Azure/azure-signalr/blob/dev/specs/CloseOnAuthenticationExpire.md
            Claims =
            [
                new Claim($"{SystemClaim}coae", "true"),
                new Claim($"{SystemClaim}aeo", until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            ],
        };
        var answer = await AskAsync("negotiate", () => NegotiateAsync(options), CancellationToken.None);

        // The package's answer has more fields than the protocol needs, and its casing varies.
        return JsonSerializer.Deserialize(answer.ToMemory().Span, AnyCase.RealtimeConnection)
            ?? throw new InvalidOperationException("SignalR Service gave no connection.");
    }

    /// <summary>Sends events to every connection of a user: one request to the service.</summary>
    public Task SendToUserAsync(UserId user, ChatEvent[] events, CancellationToken cancellationToken) =>
        DoAsync(
            "send to a user",
            () => Clients.User(user.Value).SendCoreAsync(Method, [OfThisLife(events)], cancellationToken),
            cancellationToken);

    /// <summary>Sends events to every connection of a conversation's members: one request to the service.</summary>
    public Task SendToMembersAsync(ConversationId conversation, ChatEvent[] events, CancellationToken cancellationToken) =>
        SendToGroupAsync(conversation.Value, events, cancellationToken);

    /// <summary>Sends events to every connection in a group: one request to the service.</summary>
    public Task SendToGroupAsync(string group, ChatEvent[] events, CancellationToken cancellationToken) =>
        DoAsync(
            "send to a group",
            () => Clients.Group(group).SendCoreAsync(Method, [OfThisLife(events)], cancellationToken),
            cancellationToken);

    /// <summary>Adds a user's current and future connections to a conversation's group, for the time to live.</summary>
    public Task JoinAsync(UserId user, ConversationId conversation, TimeSpan ttl, CancellationToken cancellationToken) =>
        JoinGroupAsync(user, conversation.Value, ttl, cancellationToken);

    /// <summary>Adds a user's current and future connections to a group, for the time to live.</summary>
    public Task JoinGroupAsync(UserId user, string group, TimeSpan ttl, CancellationToken cancellationToken) =>
        DoAsync(
            "add a user to a group",
            () => UserGroups.AddToGroupAsync(user.Value, group, ttl, cancellationToken),
            cancellationToken);

    /// <summary>Removes a user from a conversation's group.</summary>
    public Task LeaveAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        LeaveGroupAsync(user, conversation.Value, cancellationToken);

    /// <summary>Removes a user from a group.</summary>
    public Task LeaveGroupAsync(UserId user, string group, CancellationToken cancellationToken) =>
        DoAsync(
            "take a user out of a group",
            () => UserGroups.RemoveFromGroupAsync(user.Value, group, cancellationToken),
            cancellationToken);

    /// <summary>Removes a user's current and future connections from all groups.</summary>
    public Task LeaveAllAsync(UserId user, CancellationToken cancellationToken) =>
        DoAsync(
            "take a user out of all groups",
            () => UserGroups.RemoveFromAllGroupsAsync(user.Value, cancellationToken),
            cancellationToken);

    /// <summary>Whether a user has any connection.</summary>
    public Task<bool> IsConnectedAsync(UserId user, CancellationToken cancellationToken) =>
        AskAsync("look for a user", () => ClientManager.UserExistsAsync(user.Value, cancellationToken), cancellationToken);

    /// <summary>Makes a cheap call to the service, and throws when it doesn't answer.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => IsConnectedAsync(new UserId("health"), cancellationToken);

    /// <summary>Tells clients that stayed connected while the store was restored. Epoch 1 is left out, to save bytes.</summary>
    private ChatEvent[] OfThisLife(ChatEvent[] events) =>
        _storeEpoch == 1 ? events : [.. events.Select(one => one with { StoreEpoch = _storeEpoch })];

    private static async Task DoAsync(string operation, Func<Task> call, CancellationToken cancellationToken) => await AskAsync(
        operation,
        async () =>
        {
            await call();
            return true;
        },
        cancellationToken);

    /// <exception cref="RealtimeException">The call failed, by whatever exception the package threw.</exception>
    private static async Task<T> AskAsync<T>(string operation, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new RealtimeException(operation, exception);
        }
    }
}
