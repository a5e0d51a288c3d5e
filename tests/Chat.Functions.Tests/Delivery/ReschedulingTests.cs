using Azure.Messaging.ServiceBus;
using Chat.Functions.Delivery;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

public class ReschedulingTests
{
    private static readonly DateTimeOffset Enqueued = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [Fact]
    public void Copies_expire_when_the_first_message_does_and_know_since_when_they_wait()
    {
        var message = Received(Enqueued, TimeSpan.FromDays(14));
        var at = Enqueued;
        for (var attempt = 1; attempt <= 5_000 && Rescheduling.Copy(message, at += TimeSpan.FromMinutes(5)) is { } copy; attempt++)
        {
            Assert.NotEqual(message.MessageId, copy.MessageId);

            // Service Bus may be late to make it receivable.
            message = Received(copy.ScheduledEnqueueTime.AddSeconds(9), copy.TimeToLive, copy.ApplicationProperties);
            Assert.Equal(
                (attempt, Enqueued, Enqueued.AddDays(14)),
                (Rescheduling.AttemptsOf(message), Rescheduling.FirstEnqueuedAtOf(message), Rescheduling.ExpiresAtOf(message)));
            Assert.Equal(Enqueued.AddDays(14), copy.ScheduledEnqueueTime + copy.TimeToLive);
        }

        Assert.Equal((14 * 24 * 12) - 1, Rescheduling.AttemptsOf(message));
    }

    [Fact]
    public void A_queue_that_keeps_for_good_lets_copies_live_for_good() =>
        Assert.Equal(TimeSpan.MaxValue, Rescheduling.Copy(Received(Enqueued, TimeSpan.MaxValue), Enqueued.AddDays(100))!.TimeToLive);

    [Fact]
    public void Waits_longer_each_time_and_five_minutes_at_most()
    {
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(Rescheduling.Delay(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2)));
        Assert.All(Enumerable.Range(0, 100), _ => Assert.InRange(Rescheduling.Delay(4), TimeSpan.FromSeconds(8), TimeSpan.FromSeconds(16)));
        Assert.All(
            Enumerable.Range(9, 1_000),
            attempt => Assert.InRange(Rescheduling.Delay(attempt), TimeSpan.FromMinutes(2.5), TimeSpan.FromMinutes(5)));
    }

    [Fact]
    public void A_replayed_dead_letter_begins_anew()
    {
        var copy = Rescheduling.Copy(Received(Enqueued, TimeSpan.FromDays(14)), Enqueued.AddDays(13))!;

        var anew = Rescheduling.Original(Received(copy.ScheduledEnqueueTime, copy.TimeToLive, copy.ApplicationProperties));

        Assert.Empty(anew.ApplicationProperties);
        Assert.Equal((TimeSpan.MaxValue, default(DateTimeOffset)), (anew.TimeToLive, anew.ScheduledEnqueueTime));
    }

    [Theory]
    [InlineData(typeof(UnauthorizedAccessException), null)]
    [InlineData(typeof(HttpRequestException), null)]
    [InlineData(typeof(TimeoutException), null)]
    [InlineData(typeof(ObjectDisposedException), null)]
    [InlineData(typeof(InvalidOperationException), null)]
    [InlineData(typeof(System.Text.Json.JsonException), null)]
    [InlineData(typeof(NullReferenceException), "ProgrammingError")]
    [InlineData(typeof(ArgumentOutOfRangeException), "ProgrammingError")]
    [InlineData(typeof(InvalidCastException), "ProgrammingError")]
    public void Only_mistakes_of_the_code_are_for_good(Type failure, string? reason) =>
        Assert.Equal(reason, QueueFailures.Permanent((Exception)Activator.CreateInstance(failure, "why")!));

    private static ServiceBusReceivedMessage Received(
        DateTimeOffset enqueued,
        TimeSpan timeToLive,
        IDictionary<string, object>? properties = null) =>
        ServiceBusModelFactory.ServiceBusReceivedMessage(
            messageId: "id",
            timeToLive: timeToLive,
            enqueuedTime: enqueued,
            properties: properties);
}
