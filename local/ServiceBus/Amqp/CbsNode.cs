using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>Takes the tokens by which a client may use queues.</summary>
internal sealed class CbsNode(AmqpPeer peer, TimeProvider time) : RequestNode(peer, Address)
{
    public const string Address = "$cbs";
    private const string TokenType = "servicebus.windows.net:sastoken";
    private readonly AmqpPeer _peer = peer;

    protected override ValueTask<AmqpMessage> AnswerAsync(Request request)
    {
        if (request.Arguments["operation"] is not "put-token" || request.Arguments["type"] is not TokenType)
        {
            throw new NotSupportedException($"The local Service Bus takes put-token with a {TokenType} only.");
        }

        _peer.Accept(SasToken.Verify(request.Value as string, ServiceBusNamespace.KeyName, ServiceBusNamespace.Key, time.GetUtcNow()));
        return new(Answer(AmqpResponseStatusCode.Accepted, "Accepted"));
    }

    protected override AmqpMessage Refuse(Exception refused) => Answer(Conditions.StatusOf(refused), Conditions.Of(refused).Description);

    private static AmqpMessage Answer(AmqpResponseStatusCode status, string description)
    {
        var answer = AmqpMessage.Create(new AmqpValue { Value = description });
        answer.ApplicationProperties = new ApplicationProperties
        {
            Map = { ["status-code"] = (int)status, ["status-description"] = description },
        };
        return answer;
    }
}
