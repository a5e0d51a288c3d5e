using Azure.Messaging.ServiceBus;
using Chat.Admin.DeadLetters;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance.Admin;

public class When_dead_letters_are_replayed_and_discarded
{
    private const string Queue = "fanout";

    [Fact]
    public async Task Should_do_so_to_those_that_are_meant_alone()
    {
        await using var app = await ChatApp.StartAsync();
        await using var letters = Of(app);
        await PoisonAsync(app, "[1]", 1);
        await PoisonAsync(app, "[2]", 2);
        var (first, second) = await ListAsync(letters) is [var one, var two] ? (one, two) : throw new InvalidOperationException();
        Assert.Equal(("[1]", "[2]", "Malformed"), ($"{first.Body}", $"{second.Body}", first.Reason));
        Assert.Equal("[2]", $"{(await letters.FindAsync(Queue, second.Id, default))?.Body}");
        Assert.Null(await letters.FindAsync(Queue, second.Id + 1, default));

        Assert.Equal([second.Id], await letters.ReplayAsync(Queue, [second.Id, second.Id + 1_000], default).ToListAsync());

        // It was poison, and so is its copy.
        var after = await Eventually.SeesAsync(() => ListAsync(letters), all => all.Count == 2);
        Assert.Equal((first.Id, "[2]"), (after[0].Id, $"{after[1].Body}"));
        Assert.NotEqual(second.MessageId, after[1].MessageId);

        Assert.Equal([first.Id], await letters.DiscardAsync(Queue, [first.Id], default).ToListAsync());
        Assert.Equal([after[1].Id], (await ListAsync(letters)).Select(letter => letter.Id));
        Assert.Equal([after[1].Id], await letters.DiscardAsync(Queue, [after[1].Id], default).ToListAsync());
        Assert.Empty(await ListAsync(letters));
    }

    [Fact]
    public async Task Should_keep_the_letter_when_its_copy_is_not_sent()
    {
        await using var app = await ChatApp.StartAsync();
        await using var letters = Of(app);
        await PoisonAsync(app, "[1]", 1);
        var letter = Assert.Single(await ListAsync(letters));

        using (app.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)))
        {
            await Assert.ThrowsAsync<ServiceBusException>(async () => await letters.ReplayAsync(Queue, [letter.Id], default).ToListAsync());
        }

        Assert.Equal(letter.Id, Assert.Single(await ListAsync(letters)).Id);
    }

    [Fact]
    public async Task Should_keep_the_letter_beside_its_copy_when_the_crash_is_in_between()
    {
        await using var app = await ChatApp.StartAsync();
        await using var letters = Of(app);
        await PoisonAsync(app, "[1]", 1);
        var letter = Assert.Single(await ListAsync(letters));

        using (app.Azure.Faults.Add(new Fault("servicebus", "complete", FaultKind.Fail)))
        {
            await Assert.ThrowsAsync<ServiceBusException>(async () => await letters.ReplayAsync(Queue, [letter.Id], default).ToListAsync());
        }

        var both = await Eventually.SeesAsync(() => ListAsync(letters), all => all.Count == 2);
        Assert.Equal(letter.Id, both[0].Id);
    }

    [Fact]
    public async Task Should_leave_alone_what_somebody_has()
    {
        await using var app = await ChatApp.StartAsync();
        await using var letters = Of(app);
        await PoisonAsync(app, "[1]", 1);
        await using var somebody = app.Azure.ServiceBus.Connect();
        var held = await somebody.CreateReceiver(
            Queue,
            new ServiceBusReceiverOptions { SubQueue = SubQueue.DeadLetter }).ReceiveMessageAsync();

        Assert.Empty(await letters.DiscardAsync(Queue, [held.SequenceNumber], default).ToListAsync());
        Assert.Single(await ListAsync(letters));
    }

    /// <summary>What the tool uses, but with no retries, so that a fault strikes once.</summary>
    private static DeadLetterQueues Of(ChatApp app) => new(
        new ServiceBusClient(AdminConsole.BusOf(app), new ServiceBusClientOptions { RetryOptions = { MaxRetries = 0 } }),
        patience: TimeSpan.FromSeconds(5));

    private static async Task<List<DeadLetter>> ListAsync(DeadLetterQueues letters) =>
        await letters.ListAsync(Queue, default).ToListAsync();

    private static async Task PoisonAsync(ChatApp app, string body, int count)
    {
        await using var client = app.Azure.ServiceBus.Connect();
        await client.CreateSender(Queue).SendMessageAsync(new ServiceBusMessage(body));
        await Eventually.HoldsAsync(() => app.Azure.ServiceBus.Find(Queue)!.Count().DeadLettered, letters => letters == count);
    }
}
