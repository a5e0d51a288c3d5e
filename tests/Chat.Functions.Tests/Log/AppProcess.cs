using System.Collections.Concurrent;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Trust;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Functions.Tests.Log;

/// <summary>One process of the app: a Cosmos DB client as the app sets it up, and a conversation log with nothing in its memory.</summary>
internal sealed class AppProcess : IDisposable
{
    private readonly ServiceProvider _services;

    public AppProcess(LocalAzure azure, TimeProvider time)
    {
        Environment.SetEnvironmentVariable("COSMOS_DISABLE_IMDS_ACCESS", "true");
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            [CosmosSetup.Connection] = azure.Cosmos.ConnectionString,
            ["Cosmos:ConnectionMode"] = "Gateway",
        };
        var services = new ServiceCollection().AddCosmos(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddHttpClient(CosmosSetup.Connection).ConfigurePrimaryHttpMessageHandler(azure.Cosmos.CreateHandler);
        _services = services.BuildServiceProvider();
        Containers = _services.GetRequiredService<ChatContainers>();
        Log = new ConversationLog(Containers.Conversations, EnqueueDeliveryAsync, time, NullLogger<ConversationLog>.Instance);
    }

    public ChatContainers Containers { get; }

    public ConversationLog Log { get; }

    /// <summary>The ranges whose delivery was enqueued, successfully or not.</summary>
    public ConcurrentQueue<CommittedRange> EnqueuedRanges { get; } = [];

    /// <summary>What becomes of an enqueued range.</summary>
    public Func<CommittedRange, Task> OnEnqueue { get; set; } = _ => Task.CompletedTask;

    /// <summary>Creates a group; the first member owns it.</summary>
    public async Task<ConversationId> CreateGroupAsync(params IEnumerable<string> members)
    {
        var conversation = ConversationId.New();
        while ((await Log.AppendAsync(conversation, Group(conversation, members), null, CancellationToken.None)).Refusal is { } refusal)
        {
            Assert.Equal(Problems.Unavailable, refusal);
        }

        return conversation;
    }

    public Task<AppendResult> SendAsync(
        ConversationId conversation,
        string sender,
        string clientMessageId,
        string? text = null,
        CancellationToken cancellationToken = default) =>
        Log.AppendAsync(
            conversation,
            new SendMessageCommand(
                conversation, new UserId(sender), clientMessageId, new MessageContent { Text = text ?? clientMessageId }, new Limits()),
            null,
            cancellationToken);

    /// <summary>Sends as a client does: the same again until there is an answer.</summary>
    public async Task<AppendResult> KeepSendingAsync(
        ConversationId conversation,
        string sender,
        string clientMessageId,
        string? text = null)
    {
        while (true)
        {
            var appended = await SendAsync(conversation, sender, clientMessageId, text);
            if (appended.Refusal?.Code != Problems.Unavailable.Code)
            {
                return appended;
            }
        }
    }

    /// <summary>Makes an entry one that this version can't read.</summary>
    public async Task DamageAsync(Message message)
    {
        using var damaged = await Containers.Conversations.PatchItemStreamAsync(
            message.Id,
            new PartitionKey(message.ConversationId.Value),
            [PatchOperation.Set("/ordinal", "of tomorrow")]);
        damaged.EnsureSuccessStatusCode();
    }

    public static CreateConversationCommand Group(
        ConversationId conversation,
        IEnumerable<string> members,
        string title = "A group",
        string hash = "hash")
    {
        var all = Members(members);
        return new()
        {
            Actor = all[0].UserId,
            ConversationId = conversation,
            Kind = ConversationKind.Group,
            Title = title,
            Members = [all[0] with { Role = MemberRole.Owner }, .. all.Skip(1)],
            RequestHash = hash,
            Contact = Contact.Open,
        };
    }

    public static List<HeadMember> Members(IEnumerable<string> names) =>
        [.. names.Select(name => new HeadMember(new UserId(name), MemberRole.Member))];

    public void Dispose() => _services.Dispose();

    private Task EnqueueDeliveryAsync(CommittedRange range)
    {
        EnqueuedRanges.Enqueue(range);
        return OnEnqueue(range);
    }
}
