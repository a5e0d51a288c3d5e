using Chat.Functions.Media;
using Chat.Functions.Messages;

namespace Chat.Functions.Previews;

/// <summary>Which messages are to get a preview, as far as they say themselves.</summary>
public sealed class PreviewPolicy(PreviewOptions options, TimeProvider time)
{
    /// <summary>Older messages get none: a change feed that begins anew would fetch all that was ever linked to.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(1);

    /// <summary>What has a message that changed looked at; null for nothing.</summary>
    public LinkSent? DueOf(Message message) =>
        options.Enabled
        && message is { LinkPreview: null, ExpiresAt: null, IsUnsent: false, Held: null }
        && (message.EditedAt ?? message.At) > time.GetUtcNow() - MaxAge
        && LinkPreview.LinkIn(message.Text) is not null
            ? new LinkSent(message.ConversationId, message.MessageId, message.Revision)
            : null;
}
