using Chat.Functions.Delivery;
using Chat.Functions.Log;
using Chat.Functions.Shared;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

public class DeliveryLagTests
{
    private static readonly ConversationId Conversation = ConversationId.New();

    [Fact]
    public void Warns_of_late_deliveries_and_of_no_others_once_a_second()
    {
        var (clock, log) = (new SetClock(), new Warnings());
        var lag = new DeliveryLag(new DeliveryOptions(), clock, log);

        Deliver(TimeSpan.FromSeconds(5));
        Assert.Empty(log);
        Deliver(TimeSpan.FromSeconds(5.1));
        Deliver(TimeSpan.FromSeconds(60));
        Assert.Equal([$"Conversation {Conversation}: entries 7 to 8 were delivered 00:00:05.1000000 after their commit."], log);
        clock.Now += TimeSpan.FromSeconds(1);
        Deliver(TimeSpan.FromSeconds(7));
        Deliver(TimeSpan.FromSeconds(-7));
        Assert.Equal(2, log.Count);

        void Deliver(TimeSpan after) => lag.Record(
            new EntriesCommitted { ConversationId = Conversation, First = 7, Last = 8 },
            [Entry(7, clock.Now - after), Entry(8, clock.Now)]);
    }

    private static LogEvent Entry(long seq, DateTimeOffset at) => new()
    {
        ConversationId = Conversation,
        Seq = seq,
        At = at,
        EventType = LogEvent.MemberJoined,
        ActorId = new UserId("alice"),
        Data = default,
    };

    private sealed class Warnings : List<string>, ILogger<DeliveryLag>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            Assert.Equal((LogLevel.Warning, 205), (logLevel, eventId.Id));
            Add(formatter(state, exception));
        }
    }
}
