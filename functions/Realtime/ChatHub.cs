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

/// <summary>The SignalR hub, serverless: an accelerator that may lose or reorder, never the truth. Clients listen to one method, <c>events</c>.</summary>
[SignalRConnection(Connection)]
public sealed class ChatHub(IServiceProvider services, TimeProvider time) : ServerlessHub(services)
{
    /// <summary>The setting that names the SignalR Service.</summary>
    public const string Connection = DefaultConnectionStringName;

    private const string Method = "events";
    private const string SystemClaim = "asrs.s.";

    /// <summary>As the service has it: long enough for polls, which send it each time.</summary>
    private static readonly TimeSpan MaxTokenLifetime = TimeSpan.FromHours(1);
    private static readonly TimeSpan MinTokenLifetime = TimeSpan.FromSeconds(1);

    private static readonly ChatJson AnyCase =
        new(new JsonSerializerOptions(ChatJson.Default.Options) { PropertyNameCaseInsensitive = true });
    private readonly int _storeEpoch = services.GetRequiredService<SyncOptions>().StoreEpoch;

    /// <summary>Where and with which token this user connects, until an instant at most: the service closes the connection then.</summary>
    public async Task<RealtimeConnection> NegotiateAsync(UserId user, DateTimeOffset until)
    {
        var left = until - time.GetUtcNow();
        var options = new NegotiationOptions
        {
            UserId = user.Value,
            TokenLifetime = left < MinTokenLifetime ? MinTokenLifetime : left < MaxTokenLifetime ? left : MaxTokenLifetime,

            // By these the service closes a connection when its user's own token ends, so that the client negotiates again:
            // https://github.com/Azure/azure-signalr/blob/dev/specs/CloseOnAuthenticationExpire.md
            Claims =
            [
                new Claim($"{SystemClaim}coae", "true"),
                new Claim($"{SystemClaim}aeo", until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            ],
        };
        var answer = await AskAsync("negotiate", () => NegotiateAsync(options), CancellationToken.None);

        // The package writes more than the protocol needs, in a case of its own choice.
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
        DoAsync(
            "send to a group",
            () => Clients.Group(conversation.Value).SendCoreAsync(Method, [OfThisLife(events)], cancellationToken),
            cancellationToken);

    /// <summary>Puts a user's current and future connections into a conversation's group for a time.</summary>
    public Task JoinAsync(UserId user, ConversationId conversation, TimeSpan ttl, CancellationToken cancellationToken) =>
        DoAsync(
            "add a user to a group",
            () => UserGroups.AddToGroupAsync(user.Value, conversation.Value, ttl, cancellationToken),
            cancellationToken);

    /// <summary>Takes a user out of a conversation's group.</summary>
    public Task LeaveAsync(UserId user, ConversationId conversation, CancellationToken cancellationToken) =>
        DoAsync(
            "take a user out of a group",
            () => UserGroups.RemoveFromGroupAsync(user.Value, conversation.Value, cancellationToken),
            cancellationToken);

    /// <summary>Takes a user's current and future connections out of all groups.</summary>
    public Task LeaveAllAsync(UserId user, CancellationToken cancellationToken) =>
        DoAsync(
            "take a user out of all groups",
            () => UserGroups.RemoveFromAllGroupsAsync(user.Value, cancellationToken),
            cancellationToken);

    /// <summary>Whether any device of a user's is connected.</summary>
    public Task<bool> IsConnectedAsync(UserId user, CancellationToken cancellationToken) =>
        AskAsync("look for a user", () => ClientManager.UserExistsAsync(user.Value, cancellationToken), cancellationToken);

    /// <summary>Asks the service something cheap; throws when it doesn't answer.</summary>
    public Task CheckAsync(CancellationToken cancellationToken) => IsConnectedAsync(new UserId("health"), cancellationToken);

    /// <summary>Clients that stayed connected while the store was restored learn of it here; the first life needs no mark.</summary>
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

    /// <exception cref="RealtimeException">The call failed, in whatever way the package says that.</exception>
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
