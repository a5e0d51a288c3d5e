using Chat.Functions.Messages;
using Chat.Functions.Shared;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Messages;

public class MessagePageTests
{
    [Fact]
    public void Pages_cover_the_log_without_holes_in_both_directions()
    {
        // Which positions hold messages; the others are events.
        Prop.ForAll(ArbMap.Default.GeneratorFor<bool>().ArrayOf().ToArbitrary(), Gen.Choose(1, 5).ToArbitrary(), (isMessage, limit) =>
        {
            var log = isMessage.Select((message, index) => (message, seq: index + 1L))
                .Where(entry => entry.message)
                .Select(entry => At(entry.seq))
                .ToList();
            return Forward(log, isMessage.Length, limit) && Backward(log, isMessage.Length, limit);
        }).QuickCheckThrowOnFailure();
    }

    private static bool Forward(List<Message> log, long lastSeq, int limit)
    {
        var after = 0L;
        var seen = new List<long>();
        while (true)
        {
            var page = MessagePage.Of([.. log.Where(message => message.Seq > after).Take(limit + 1)], lastSeq, after, null, limit);
            seen.AddRange(page.Found.Select(message => message.Seq));
            if (page.FromSeq != after + 1 || page.Found.Count > limit
                || page.Found.Any(message => message.Seq < page.FromSeq || message.Seq > page.ToSeq))
            {
                return false;
            }

            after = page.ToSeq;
            if (!page.HasMore)
            {
                return after == lastSeq && seen.SequenceEqual(log.Select(message => message.Seq));
            }
        }
    }

    private static bool Backward(List<Message> log, long lastSeq, int limit)
    {
        long? before = null;
        var seen = new List<long>();
        while (true)
        {
            var found = log.Where(message => before is null || message.Seq < before)
                .OrderByDescending(message => message.Seq)
                .Take(limit + 1)
                .ToList();
            var page = MessagePage.Of(found, lastSeq, null, before, limit);
            seen.InsertRange(0, page.Found.Select(message => message.Seq));
            if (page.ToSeq != (before - 1 ?? lastSeq) || page.Found.Any(message => message.Seq < page.FromSeq || message.Seq > page.ToSeq))
            {
                return false;
            }

            before = page.FromSeq;
            if (!page.HasMore)
            {
                return page.FromSeq == 1 && seen.SequenceEqual(log.Select(message => message.Seq));
            }
        }
    }

    private static Message At(long seq) => new()
    {
        ConversationId = new ConversationId("c"),
        Seq = seq,
        At = default,
        MessageId = new MessageId($"{seq}"),
        Ordinal = seq,
        SenderId = new UserId("alice"),
        ClientMessageId = "",
        Text = "",
        BodyHash = "",
    };
}
