using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Cards;
using Chat.Functions.Locations;
using Chat.Functions.Media;
using Chat.Functions.Polls;
using Chat.Functions.Shared;
using Chat.Functions.Stickers;

namespace Chat.Functions.Messages;

/// <summary>
/// The content of a message that is held until the host app decides. It is stored apart from the message's own content, which is empty
/// until then, so that no reader of messages shows it by mistake. Only the sender sees it.
/// </summary>
public sealed record HeldContent(string Text)
{
    /// <summary>Nothing.</summary>
    internal static readonly HeldContent Empty = new("");

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Mention>? Mentions { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool MentionsAll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Poll? Poll { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Attachment>? Attachments { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<Card>? Cards { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Location? Location { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SentSticker? Sticker { get; init; }

    /// <summary>What a message says: all that is withheld while it is held, and gone once it is taken back.</summary>
    public static HeldContent Of(Message message)
    {
        ArgumentNullException.ThrowIfNull(message);
        return new(message.Text)
        {
            Mentions = message.Mentions,
            MentionsAll = message.MentionsAll,
            Poll = message.Poll,
            Attachments = message.Attachments,
            Cards = message.Cards,
            Location = message.Location,
            Sticker = message.Sticker,
        };
    }

    /// <summary>The sticker as its sender chose it; null for none.</summary>
    [JsonIgnore]
    public ChosenSticker? Chosen => Sticker is null ? null : new(Sticker.PackId, Sticker.StickerId);

    /// <summary>What the host app names in its verdict.</summary>
    [JsonIgnore]
    public string Hash => HashOf(Text, Poll, Attachments?.Select(file => file.MediaId), Location, Chosen, Cards);

    /// <summary>
    /// The hash of what the host app is asked about. It tells a message from another one under the same id: one whose
    /// <c>clientMessageId</c> was used before, by a message that was refused or has disappeared.
    /// </summary>
    public static string HashOf(
        string text,
        Poll? poll,
        IEnumerable<MediaId>? files,
        Location? location,
        ChosenSticker? sticker,
        IReadOnlyList<Card>? cards) => OpaqueId.Hash(
        sticker is not null ? ["content with a sticker", sticker.PackId.Value, sticker.StickerId.Value]
        : cards is not null ? ["content with cards", text, .. (files ?? []).Select(file => file.Value), "", .. cards.Select(TextOf)]
        : files is not null ? ["content with files", text, .. files.Select(file => file.Value)]
        : location is not null ? ["content with a place", text, JsonSerializer.Serialize(location, ChatJson.Default.Location)]
        : ["content", text, .. (poll?.Options ?? []).Select(option => option.Text)]);

    private static string TextOf(Card card) => JsonSerializer.Serialize(card with { Gone = null }, ChatJson.Default.Card);
}
