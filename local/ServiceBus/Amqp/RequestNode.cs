using Chat.Local.ServiceBus.Messages;
using Microsoft.Azure.Amqp;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>A node that answers: a request comes over one link, and its answer goes over another that the client named.</summary>
internal abstract class RequestNode(AmqpPeer peer, string name)
{
    private const uint Credit = 50;

    public static void Configure(AmqpLinkSettings settings)
    {
        settings.MaxMessageSize = StoredContent.MaxSize;
        settings.TotalLinkCredit = Credit;
        settings.AutoSendFlow = true;
    }

    public void Attach(AmqpLink link)
    {
        if (link is ReceivingAmqpLink requests)
        {
            // Settled only once it is answered, so that a client that reads no answers runs out of credit.
            requests.RegisterMessageListener(request => _ = AnswerAsync(requests, request));
            return;
        }

        var answers = (SendingAmqpLink)link;
        answers.RegisterDispositionListener(delivery => answers.DisposeDelivery(delivery, settled: true, delivery.State));
        peer.AddReplies(name, answers);
    }

    protected abstract ValueTask<AmqpMessage> AnswerAsync(Request request);

    protected abstract AmqpMessage Refuse(Exception refused);

    private async Task AnswerAsync(ReceivingAmqpLink requests, AmqpMessage message)
    {
        try
        {
            var request = Request.Of(Transfer.Bytes(message));
            var answer = await AnswerOrRefuseAsync(request);
            answer.Properties.CorrelationId = request.Id;
            if (peer.FindReplies(name, request.ReplyTo) is { } answers)
            {
                answers.SendMessageNoWait(answer, new ArraySegment<byte>(Guid.NewGuid().ToByteArray()), AmqpConstants.NullBinary);
            }

            requests.DisposeMessage(message, AmqpConstants.AcceptedOutcome, settled: true, batchable: false);
        }
        catch (Exception refused) when (Conditions.IsBreak(refused))
        {
            peer.Abort();
        }
        catch (Exception malformed)
        {
            requests.SafeClose(Conditions.ToException(malformed));
        }
        finally
        {
            message.Dispose();
        }
    }

    private async ValueTask<AmqpMessage> AnswerOrRefuseAsync(Request request)
    {
        try
        {
            return await AnswerAsync(request);
        }
        catch (Exception refused) when (!Conditions.IsBreak(refused))
        {
            return Refuse(refused);
        }
    }
}
