using System.Diagnostics.CodeAnalysis;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>The wish to send a text. Any active member may.</summary>
public sealed record TextMessage : LogCommand
{
    private readonly ConversationId _conversation;
    private readonly MessageId _messageId;
    private readonly string _clientMessageId;
    private readonly string _text;
    private readonly string _bodyHash;

    [SetsRequiredMembers]
    public TextMessage(ConversationId conversation, UserId sender, string clientMessageId, string text)
    {
        Actor = sender;
        _conversation = conversation;
        _messageId = MessageId.For(conversation, sender, clientMessageId);
        _clientMessageId = clientMessageId;
        _text = text;
        _bodyHash = Opaque.Hash("text", text);
    }

    public override string RepeatId => Message.DocumentId(_messageId);

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not { } head || context.MemberOf(Actor) is null)
        {
            return Decision.Refuse(Problems.ConversationNotFound);
        }

        var message = new Message
        {
            ConversationId = _conversation,
            MessageId = _messageId,
            Seq = head.LastSeq + 1,
            Ordinal = head.MessageCount + 1,
            CommitId = context.CommitId,
            SenderId = Actor,
            ClientMessageId = _clientMessageId,
            Text = _text,
            BodyHash = _bodyHash,
            At = context.Now,
        };
        return Decision.Append(
            head with
            {
                LastSeq = message.Seq,
                MessageCount = message.Ordinal,
                LastMessage = message.ToPreview(),
            },
            message);
    }

    public override bool Repeats(LogEntry first) => first is Message message && message.BodyHash == _bodyHash;
}
