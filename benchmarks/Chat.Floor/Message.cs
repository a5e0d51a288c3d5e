using System.Text.Json.Serialization;

namespace Chat.Floor;

/// <summary>What a sender gives.</summary>
internal sealed record Draft(string Id, string Sender, string Text);

/// <summary>What is stored and pushed.</summary>
internal sealed record Message(string Conversation, long Seq, string Id, string Sender, string Text, long At);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Draft))]
[JsonSerializable(typeof(Message))]
[JsonSerializable(typeof(List<Message>))]
internal sealed partial class FloorJson : JsonSerializerContext;
