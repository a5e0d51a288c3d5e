using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>The secret of an invite link: the conversation's id and 128 random bits. Only its hash is stored.</summary>
public readonly record struct InviteCode(ConversationId Conversation, string Secret)
{
    private const int IdLength = 22;

    /// <summary>The id by which the owner and admins refer to the link. It lets nobody in.</summary>
    public string LinkId => OpaqueId.Hash("invite", Conversation.Value, Secret);

    public static InviteCode New(ConversationId conversation) => new(conversation, OpaqueId.Random());

    public static bool TryParse(string text, out InviteCode code)
    {
        var isLong = text.Length == 2 * IdLength;
        code = isLong ? new(new ConversationId(text[..IdLength]), text[IdLength..]) : default;
        return isLong && ConversationId.TryParse(code.Conversation.Value, out _) && OpaqueId.IsWellFormed(code.Secret);
    }

    public override string ToString() => Conversation.Value + Secret;
}
