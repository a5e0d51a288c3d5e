using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Health;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Messages;
using Chat.Functions.Realtime;
using Chat.Functions.Sync;

namespace Chat.Functions.Shared;

/// <summary>The JSON of documents, queue messages and answers: camelCase, source-generated.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = false,
    AllowOutOfOrderMetadataProperties = true,
    Converters =
    [
        typeof(TimestampConverter),
        typeof(CamelCaseEnumConverter<ConversationKind>),
        typeof(CamelCaseEnumConverter<MemberRole>),
        typeof(CamelCaseEnumConverter<MemberState>),
    ])]
[JsonSerializable(typeof(Head))]
[JsonSerializable(typeof(Member))]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(Pair))]
[JsonSerializable(typeof(InboxEntry))]
[JsonSerializable(typeof(MessagePreview))]
[JsonSerializable(typeof(DeliveredMark))]
[JsonSerializable(typeof(EntriesCommitted))]
[JsonSerializable(typeof(EntriesPushed))]
[JsonSerializable(typeof(ConversationCreated))]
[JsonSerializable(typeof(MembersJoined))]
[JsonSerializable(typeof(ConversationView))]
[JsonSerializable(typeof(ConversationPage))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(MessagePage))]
[JsonSerializable(typeof(RealtimeConnection))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ChatEvent[]))]
[JsonSerializable(typeof(IReadOnlyList<HeadMember>))]
[JsonSerializable(typeof(DocumentsPage<HeadMember>))]
[JsonSerializable(typeof(DocumentsPage<InboxEntry>))]
[JsonSerializable(typeof(DocumentsPage<LogEntry>))]
[JsonSerializable(typeof(DocumentsPage<Message>))]
[JsonSerializable(typeof(Preferences))]
[JsonSerializable(typeof(Draft))]
[JsonSerializable(typeof(UnreadState))]
[JsonSerializable(typeof(UnreadTotals))]
[JsonSerializable(typeof(SyncPage))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
public sealed partial class ChatJson : JsonSerializerContext
{
    // Text as it is, not as \u escapes: documents and pushes are billed by size, and nothing here is put into HTML. (Emoji and whatever else
    // lies beyond U+FFFF is escaped by every encoder of .NET.)
    static ChatJson() => Default = new ChatJson(new JsonSerializerOptions(new ChatJson().GeneratedSerializerOptions!) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

/// <summary>Enums as camelCase words.</summary>
public sealed class CamelCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where TEnum : struct, Enum;
