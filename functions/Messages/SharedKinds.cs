using Chat.Functions.Content;

namespace Chat.Functions.Messages;

/// <summary>The kinds of what messages share, by which <c>GET /conversations/{c}/shared</c> finds them.</summary>
internal static class SharedKinds
{
    private const string Media = "media";
    private const string Voice = "voice";
    private const string File = "file";
    private const string Link = "link";

    private const string Card = "card";

    public static readonly IReadOnlyList<string> All = [Media, Card, Link, Voice, File];

    /// <summary>What a message shares, each kind once; null for nothing.</summary>
    public static IReadOnlyList<string>? Of(Message message)
    {
        List<string> kinds =
        [
            .. (message.Attachments ?? []).Select(file => file.Kind is Voice or File ? file.Kind : Media).Distinct(StringComparer.Ordinal),
            .. message.Cards?.Any(card => card.Gone is null) == true ? [Card] : Array.Empty<string>(),
            .. Links.AreIn(message.Text) ? [Link] : Array.Empty<string>(),
        ];
        return kinds.Count > 0 ? kinds : null;
    }
}
