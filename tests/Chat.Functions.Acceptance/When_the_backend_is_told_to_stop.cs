using System.Globalization;
using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Chat.Local.ServiceBus;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// SIGTERM in the middle of sending, again and again: it ends by itself and leaves nothing half done, so that the queues alone deliver the
/// rest. More stops: <c>CHAT_STOPS=50 dotnet test tests/Chat.Functions.Acceptance --filter When_the_backend_is_told_to_stop</c>.
/// </summary>
public sealed class When_the_backend_is_told_to_stop : IDisposable
{
    private const int Conversations = 8;
    private const int Groups = 2;

    // More than get their inboxes in the same invocation.
    private const int GroupMembers = 40;

    private readonly string _directory = Directory.CreateTempSubdirectory("chat-").FullName;
    private readonly List<Talk> _talks = [];

    /// <summary>How often each message that a stop left was delivered by then.</summary>
    private readonly Dictionary<(string Queue, long SequenceNumber), int> _left = [];

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false, "2")]
    [InlineData(true, "1")]
    public async Task Should_answer_what_it_took_finish_what_runs_and_deliver_the_rest_afterwards(bool asChild, string atLeast)
    {
        var stops = int.Parse(Environment.GetEnvironmentVariable("CHAT_STOPS") ?? atLeast, CultureInfo.InvariantCulture);
        for (var stop = 0; stop < stops; stop++)
        {
            await using var backend = await StartAsync(asChild);
            await UseUntilItStopsAsync(backend, new Random(stop).Next(1, 300));
            await CheckWhatItLeftAsync();
        }

        await using var again = await StartAsync(asChild);
        foreach (var talk in _talks)
        {
            var history = await again.As(talk.Receiver).HistoryAsync(talk.Conversation);
            Assert.Equal(talk.Answered, history);
            Assert.Equal(Enumerable.Range(2, history.Count).Select(seq => (long)seq), history.Select(message => message.Seq));
            Assert.Subset(history.ToHashSet(), talk.Pushed);
            await Eventually.SeesAsync(
                () => again.As(talk.Receiver).SummaryAsync(talk.Conversation),
                seen => seen?.UnreadCount == history.Count);
        }
    }

    /// <summary>With a sweep that never comes: what a stop tears, nothing mends.</summary>
    private async Task<Backend> StartAsync(bool asChild)
    {
        var backend = await Backend.StartAsync(_directory, asChild);
        for (var n = _talks.Count; n < Conversations; n++)
        {
            var conversation = n < Groups
                ? await backend.As($"sender{n}").CreateGroupAsync(
                    "Party",
                    Enumerable.Range(1, GroupMembers - 1).Select(member => Receiver(n, member)))
                : await backend.As($"sender{n}").StartDirectAsync(Receiver(n, 1));
            _talks.Add(new Talk($"sender{n}", Receiver(n, 1), conversation.ConversationId));
        }

        return backend;
    }

    private static string Receiver(int conversation, int member) => $"receiver{conversation}-{member}";

    private async Task UseUntilItStopsAsync(Backend backend, int messages)
    {
        var phones = _talks.ConvertAll(talk => new Phone(() => backend.As(talk.Receiver)));
        await Eventually.HoldsAsync(() => phones.Count(phone => phone.IsConnected), connected => connected == Conversations);
        var enough = Answered() + messages;
        var sending = Task.WhenAll(_talks.Select(talk => SendUntilItIsGoneAsync(backend.As(talk.Sender), talk)));
        await Eventually.HoldsAsync(Answered, answered => answered >= enough || sending.IsCompleted);
        var exitCode = await backend.StopAsync();
        await sending;
        Assert.True(exitCode == 0, $"Expected exit code 0 after SIGTERM, saw {exitCode}: {backend.Output}");
        Assert.DoesNotContain("could not settle", backend.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("The worker has ended", backend.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("fail: ", backend.Output, StringComparison.Ordinal);
        for (var n = 0; n < Conversations; n++)
        {
            _talks[n].Pushed.UnionWith(phones[n].Pushed(_talks[n].Conversation).Values);
            await phones[n].DisposeAsync();
        }
    }

    private int Answered() => _talks.Sum(talk =>
    {
        lock (talk)
        {
            return talk.Answered.Count;
        }
    });

    /// <summary>Every request is answered, and finds nothing of one that wasn't: that was never taken.</summary>
    private static async Task SendUntilItIsGoneAsync(Person sender, Talk talk)
    {
        try
        {
            var isRepeated = false;
            for (var n = talk.Answered.Count; ;)
            {
                using var answer = await sender.TrySendAsync(talk.Conversation, $"message {n}", $"1d-{n}");
                var text = await answer.Content.ReadAsStringAsync();
                if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    // A busy machine may take longer than a send waits; it may be stored all the same.
                    isRepeated = true;
                    continue;
                }

                var isRight = answer.StatusCode == HttpStatusCode.Created || (isRepeated && answer.StatusCode == HttpStatusCode.OK);
                Assert.True(
                    isRight,
                    $"Expected message {n} of {sender.Name} to be stored now and answered, saw {(int)answer.StatusCode} {text}");
                lock (talk)
                {
                    talk.Answered.Add(JsonSerializer.Deserialize<MessageJson>(text, JsonSerializerOptions.Web)!);
                }

                (n, isRepeated) = (n + 1, false);
            }
        }
        catch (HttpRequestException)
        {
            // Nobody listens any more.
        }
    }

    /// <summary>
    /// What is still in the queue was never begun. Or it succeeded after the stop began: then the host gave it back once for each stop, and
    /// it is delivered again.
    /// </summary>
    private async Task CheckWhatItLeftAsync()
    {
        await using var azure = await LocalAzure.StartAsync(_directory);
        foreach (var queue in azure.ServiceBus.Queues)
        {
            Assert.Empty(await queue.ShowAsync(MessageKind.DeadLettered, 0, 1));
            foreach (var message in await queue.ShowAsync(MessageKind.Active, 0, int.MaxValue))
            {
                var before = _left.GetValueOrDefault((queue.Name, message.SequenceNumber));
                Assert.InRange(message.DeliveryCount, before, before + 1);
                _left[(queue.Name, message.SequenceNumber)] = message.DeliveryCount;
            }
        }
    }

    private sealed record Talk(string Sender, string Receiver, string Conversation)
    {
        public List<MessageJson> Answered { get; } = [];

        public HashSet<MessageJson> Pushed { get; } = [];
    }
}
