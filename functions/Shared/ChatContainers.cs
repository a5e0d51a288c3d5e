using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Shared;

/// <summary>The database's containers; docs/data-model.md lists what is in them.</summary>
public sealed class ChatContainers(CosmosClient client)
{
    public const string Database = "chat";
    public const string ConversationsName = "conversations";
    public const string UsersName = "users";
    public const string ModerationName = "moderation";
    public const string SettingsName = "settings";
    public const string MediaName = "media";
    public const string LeasesName = "leases";

    /// <summary>Partitioned by conversation: head, members, log entries and what they change.</summary>
    public Container Conversations { get; } = client.GetContainer(Database, ConversationsName);

    /// <summary>Partitioned by user: inbox entries, pairs, settings.</summary>
    public Container Users { get; } = client.GetContainer(Database, UsersName);

    /// <summary>Partitioned by case: reports, evidence, decisions; and in one partition who has a standing.</summary>
    public Container Moderation { get; } = client.GetContainer(Database, ModerationName);

    /// <summary>Partitioned by uploaded file: what it is, and which messages refer to it.</summary>
    public Container Media { get; } = client.GetContainer(Database, MediaName);

    /// <summary>Partitioned by type: what operators set for everybody.</summary>
    public Container Settings { get; } = client.GetContainer(Database, SettingsName);
}
