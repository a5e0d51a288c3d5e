using System.Collections;
using System.Globalization;
using Chat.Local.ServiceBus.Messages;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Encoding;
using Microsoft.Azure.Amqp.Framing;
using Delivery = Chat.Local.ServiceBus.Messages.Delivery;

namespace Chat.Local.ServiceBus.Amqp;

/// <summary>
/// What clients do with a queue by request and answer: schedule, cancel, peek, renew, and settle or receive what no link holds.
/// </summary>
internal sealed class ManagementNode(AmqpPeer peer, NodeAddress address, ServiceBusQueue queue) : RequestNode(peer, Name(address))
{
    private const string Vendor = "com.microsoft:";

    /// <summary>What one answer may show.</summary>
    private const int MaxMessages = 250;

    public static string Name(NodeAddress address) => $"{address.Path}/$management";

    protected override async ValueTask<AmqpMessage> AnswerAsync(Request request)
    {
        var operation = request.Arguments["operation"] as string ?? "";
        var body = request.Value as AmqpMap ?? throw new FormatException("The request has no map in its body.");
        var answer = operation.StartsWith(Vendor, StringComparison.Ordinal)
            ? await AnswerAsync(operation[Vendor.Length..], body)
            : throw Unknown(operation);
        return Answer(answer is null ? AmqpResponseStatusCode.NoContent : AmqpResponseStatusCode.OK, "OK", answer ?? []);
    }

    protected override AmqpMessage Refuse(Exception refused)
    {
        var error = Conditions.Of(refused);
        var answer = Answer(Conditions.StatusOf(refused), error.Description, []);
        answer.ApplicationProperties.Map["errorCondition"] = error.Condition;
        return answer;
    }

    private static NotSupportedException Unknown(string operation) => new($"The local Service Bus doesn't know the operation {operation}.");

    private static AmqpMessage Answer(AmqpResponseStatusCode status, string description, AmqpMap body)
    {
        var answer = AmqpMessage.Create(new Microsoft.Azure.Amqp.Framing.AmqpValue { Value = body });
        answer.ApplicationProperties = new ApplicationProperties
        {
            Map = { ["statusCode"] = (int)status, ["statusDescription"] = description },
        };
        return answer;
    }

    private static IEnumerable<object> List(AmqpMap body, string name) =>
        body[new MapKey(name)] is IEnumerable and not string and var list
            ? ((IEnumerable)list).Cast<object>()
            : throw new FormatException($"{name} must be a list.");

    private static List<long> Numbers(AmqpMap body) =>
        [.. List(body, "sequence-numbers").Select(number => Convert.ToInt64(number, CultureInfo.InvariantCulture)).Take(MaxMessages + 1)];

    private static long Number(AmqpMap body, string name) => Convert.ToInt64(body[new MapKey(name)], CultureInfo.InvariantCulture);

    private static AmqpMap Message(Delivery delivery, int deliveryCount)
    {
        var message = new AmqpMap { [new MapKey("message")] = new ArraySegment<byte>(delivery.ToAmqp(deliveryCount).ToArray()) };
        if (delivery.LockToken != Guid.Empty)
        {
            message[new MapKey("lock-token")] = delivery.LockToken;
        }

        return message;
    }

    private ValueTask<AmqpMap?> AnswerAsync(string operation, AmqpMap body) => operation switch
    {
        "renew-lock" => RenewAsync(body),
        "schedule-message" => ScheduleAsync(body),
        "cancel-scheduled-message" => CancelAsync(body),
        "peek-message" => PeekAsync(body),
        "receive-by-sequence-number" => ReceiveAsync(body),
        "update-disposition" => SettleAsync(body),
        _ => throw Unknown(operation),
    };

    private async ValueTask<AmqpMap?> RenewAsync(AmqpMap body)
    {
        var expirations = new List<DateTime>();
        foreach (var lockToken in List(body, "lock-tokens").Cast<Guid>())
        {
            expirations.Add((await queue.RenewAsync(lockToken, address.SubQueue)).UtcDateTime);
        }

        return new AmqpMap { [new MapKey("expirations")] = expirations.ToArray() };
    }

    private async ValueTask<AmqpMap?> ScheduleAsync(AmqpMap body)
    {
        var submissions = List(body, "messages")
            .Cast<AmqpMap>()
            .Select(message => Submission.Of((ArraySegment<byte>)message[new MapKey("message")]))
            .ToList();
        return new AmqpMap { [new MapKey("sequence-numbers")] = (await queue.SendAsync(submissions, "schedule")).ToArray() };
    }

    private async ValueTask<AmqpMap?> CancelAsync(AmqpMap body)
    {
        await queue.CancelAsync(Numbers(body));
        return [];
    }

    private async ValueTask<AmqpMap?> PeekAsync(AmqpMap body)
    {
        var count = (int)Math.Min(Number(body, "message-count"), MaxMessages);
        var seen = await queue.PeekDeliveriesAsync(address.SubQueue, Number(body, "from-sequence-number"), count);
        return seen.Count == 0
            ? null
            : new AmqpMap
            {
                [new MapKey("messages")] = Fitting(seen).Select(delivery => Message(delivery, delivery.DeliveryCount)).ToList(),
            };
    }

    /// <summary>As many as one transfer takes, and one at least.</summary>
    private static IEnumerable<Delivery> Fitting(IEnumerable<Delivery> seen)
    {
        var size = 0;
        return seen.TakeWhile((delivery, index) => (size += delivery.Content.Bytes.Length) <= StoredContent.MaxSize || index == 0);
    }

    private async ValueTask<AmqpMap?> ReceiveAsync(AmqpMap body)
    {
        var deliveries = await queue.ReceiveDeferredAsync(address.SubQueue, Numbers(body));
        if (Number(body, "receiver-settle-mode") == 0)
        {
            foreach (var delivery in deliveries)
            {
                await queue.TakeAsync(delivery.LockToken, address.SubQueue);
            }
        }

        return new AmqpMap
        {
            [new MapKey("messages")] = deliveries.Select(delivery => Message(delivery, delivery.DeliveryCount - 1)).ToList(),
        };
    }

    private async ValueTask<AmqpMap?> SettleAsync(AmqpMap body)
    {
        var status = body[new MapKey("disposition-status")] as string;
        var changes = PropertyChanges.Of(body[new MapKey("properties-to-modify")] as AmqpMap);
        foreach (var lockToken in List(body, "lock-tokens").Cast<Guid>())
        {
            await (status switch
            {
                "completed" => queue.CompleteAsync(lockToken, address.SubQueue),
                "abandoned" => queue.AbandonAsync(lockToken, address.SubQueue, changes),
                "defered" => queue.DeferAsync(lockToken, address.SubQueue, changes),
                "suspended" => queue.DeadLetterAsync(
                    lockToken,
                    address.SubQueue,
                    DeadLetterProperties.Of(
                        body[new MapKey("deadletter-reason")] as string, body[new MapKey("deadletter-description")] as string, changes)),
                _ => throw new FormatException($"There is no disposition {status}."),
            });
        }

        return [];
    }
}
