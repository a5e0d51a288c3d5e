using System.Globalization;
using System.Net;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Acceptance;

/// <summary>
/// People write through three instances while everything fails at random and instances are killed; when it is over, nothing is lost,
/// doubled or out of order. More seeds: <c>CHAT_STORY_SEEDS=200 dotnet test tests/Chat.Functions.Acceptance --filter
/// When_everything_goes_wrong_at_once</c>.
/// </summary>
/// <remarks>The seed decides what strikes and what people do; how threads meet is left to the machine.</remarks>
public class When_everything_goes_wrong_at_once
{
    private const int MessagesEach = 4;
    private static readonly string[] People = ["ann", "ben", "cat", "dan", "eve"];
    private static readonly string[] Silent = [.. Enumerable.Range(0, 35).Select(n => $"silent-{n}")];

    [Fact]
    public Task Should_lose_and_double_and_reorder_nothing()
    {
        var seeds = int.Parse(Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") ?? "5", CultureInfo.InvariantCulture);

        // A seed mostly waits: for retries, and for what was rescheduled.
        var sideBySide = new ParallelOptions { MaxDegreeOfParallelism = 5 * Environment.ProcessorCount };
        return Parallel.ForEachAsync(Enumerable.Range(1, seeds), sideBySide, async (seed, _) =>
        {
            var failure = await Record.ExceptionAsync(() => RunAsync(seed));
            Assert.True(failure is null, $"Seed {seed}: {failure}");
        });
    }

    private static async Task RunAsync(int seed)
    {
        var (clock, faults, random) = (new JumpingClock(), new Faults(seed), new Random(seed));
        await using var fleet = await Fleet.StartAsync(3, faults, clock);
        var conversations = await StartConversationsAsync(fleet, random);
        var phones = People.ToDictionary(name => name, name => new Phone(() => fleet.As(name, new Random(seed))), StringComparer.Ordinal);
        await Eventually.HoldsAsync(() => phones.Values.Count(phone => phone.IsConnected), connected => connected == People.Length);

        try
        {
            RaiseStorm(faults);
            var sends = conversations
                .SelectMany(conversation => conversation.Writers.Select(
                    (writer, n) => WriteAsync(fleet, new Random((seed * 100) + n), writer, conversation)))
                .ToList();
            await GoThroughAsync(Task.WhenAll(sends), fleet, clock, random);
            faults.Clear();

            foreach (var conversation in conversations)
            {
                await ShouldBeInOrderAsync(fleet, clock, random, conversation);
            }

            foreach (var queue in fleet.Azure.ServiceBus.Queues)
            {
                Assert.Empty(await queue.PeekAsync(SubQueue.DeadLetter, 0, 10));
            }

            foreach (var conversation in conversations)
            {
                var all = conversation.Writers.Select(writer => phones[writer]).ToList();
                await ShouldBePushedToAsync(all, fleet.As(conversation.Writers[0], random), conversation.Id);
                foreach (var phone in all)
                {
                    Assert.Equal(
                        await fleet.As(conversation.Writers[0], random).HistoryAsync(conversation.Id),
                        await phone.SeesAsync(conversation.Id));
                }
            }
        }
        finally
        {
            await Task.WhenAll(phones.Values.Select(phone => phone.DisposeAsync().AsTask()));
        }
    }

    private static async Task<List<Conversation>> StartConversationsAsync(Fleet fleet, Random random)
    {
        var (ann, cat) = (fleet.As("ann", random), fleet.As("cat", random));
        List<Conversation> conversations =
        [
            new((await ann.StartDirectAsync("ben")).ConversationId, ["ann", "ben"], ["ann", "ben"]),
            new((await cat.StartDirectAsync("dan")).ConversationId, ["cat", "dan"], ["cat", "dan"]),
            new((await ann.CreateGroupAsync("Team", People[1..])).ConversationId, People, People),
            new((await ann.CreateGroupAsync("Crowd", [.. People[1..], .. Silent])).ConversationId, [.. People, .. Silent], People),
        ];
        foreach (var conversation in conversations)
        {
            await Eventually.SeesAsync(
                () => fleet.As(conversation.Members[^1], random).SummaryAsync(conversation.Id),
                seen => seen is not null);
        }

        return conversations;
    }

    private static void RaiseStorm(Faults faults)
    {
        foreach (var (service, operation, kind, chance) in new[]
        {
            ("cosmos", "*", FaultKind.ResetBefore, 0.02),
            ("cosmos", "*", FaultKind.ResetAfter, 0.03),
            ("cosmos", "*", FaultKind.TimeoutAfter, 0.03),
            ("cosmos", "*", FaultKind.Throttle, 0.05),
            ("cosmos", "*", FaultKind.Fail, 0.01),
            ("cosmos", "batch", FaultKind.FalsePrecondition, 0.05),
            ("cosmos", "replace", FaultKind.FalsePrecondition, 0.05),
            ("servicebus", "send", FaultKind.ResetBefore, 0.1),
            ("servicebus", "send", FaultKind.ResetAfter, 0.1),
            ("servicebus", "send", FaultKind.TimeoutAfter, 0.02),
            ("servicebus", "send", FaultKind.Throttle, 0.05),
            ("servicebus", "receive", FaultKind.Duplicate, 0.1),
            ("servicebus", "receive", FaultKind.Reorder, 0.1),
            ("servicebus", "receive", FaultKind.DropLock, 0.05),
            ("servicebus", "complete", FaultKind.ResetBefore, 0.05),
            ("servicebus", "complete", FaultKind.ResetAfter, 0.05),
            ("functions", "queue", FaultKind.ResetBefore, 0.03),
            ("functions", "queue", FaultKind.ResetAfter, 0.03),
            ("functions", "queue", FaultKind.Duplicate, 0.05),
            ("functions", "queue", FaultKind.Kill, 0.01),
            ("functions", "feed", FaultKind.ResetBefore, 0.05),
            ("functions", "feed", FaultKind.ResetAfter, 0.05),
            ("functions", "feed", FaultKind.Duplicate, 0.1),
            ("functions", "http", FaultKind.Kill, 0.01),
            ("functions", "complete", FaultKind.ResetBefore, 0.03),
            ("functions", "complete", FaultKind.ResetAfter, 0.03),
            ("signalr", "send-user", FaultKind.Fail, 0.1),
            ("signalr", "send-user", FaultKind.Throttle, 0.05),
            ("signalr", "send-user", FaultKind.ResetAfter, 0.05),
            ("signalr", "send-user", FaultKind.Kill, 0.05),
            ("signalr", "send-group", FaultKind.Fail, 0.1),
            ("signalr", "send-group", FaultKind.TimeoutAfter, 0.05),
            ("signalr", "send-group", FaultKind.Kill, 0.05),
        })
        {
            faults.Add(new Fault(service, operation, kind) { Probability = chance });
        }

        // Now and then nothing goes for lack of throughput, and pushes take longer than anybody waits.
        faults.Add(new Fault("cosmos", "*", FaultKind.Throttle) { Skip = 300, Times = 150 });
        faults.Add(new Fault("functions", "queue", FaultKind.Delay) { Probability = 0.05, Delay = TimeSpan.FromSeconds(5) });
        faults.Add(new Fault("signalr", "send-group", FaultKind.Delay) { Probability = 0.05, Delay = TimeSpan.FromSeconds(5) });
    }

    /// <summary>Writes one message after another, each again and again under the same id until it is answered.</summary>
    private static async Task WriteAsync(Fleet fleet, Random random, string writer, Conversation conversation)
    {
        for (var n = 0; n < MessagesEach;)
        {
            try
            {
                using var answer = await fleet.As(writer, random).TrySendAsync(conversation.Id, $"{writer} {n}", $"1d-{n}");
                if (answer.IsSuccessStatusCode)
                {
                    conversation.Took(
                        JsonSerializer.Deserialize<MessageJson>(await answer.Content.ReadAsStringAsync(), JsonSerializerOptions.Web)!);
                    n++;
                    continue;
                }

                // The host has nothing to say but 500 when a worker was cut off.
                var text = await answer.Content.ReadAsStringAsync();
                var isOfHost = answer.StatusCode == HttpStatusCode.InternalServerError && text.Length == 0;
                Assert.True(isOfHost || answer.StatusCode == HttpStatusCode.ServiceUnavailable, $"{(int)answer.StatusCode}: {text}");
            }
            catch (HttpRequestException)
            {
                // The instance was killed.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(random.Next(30)), TimeProvider.System);
        }
    }

    /// <summary>Lets time pass and instances die until all is sent.</summary>
    private static async Task GoThroughAsync(Task sending, Fleet fleet, JumpingClock clock, Random random)
    {
        var start = TimeProvider.System.GetTimestamp();
        for (var n = 1; !sending.IsCompleted; n++)
        {
            Assert.True(
                TimeProvider.System.GetElapsedTime(start) < 10 * Eventually.Timeout,
                "Expected every message to be answered in the end.");
            await Task.WhenAny(sending, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));

            // Once in a while longer than locks and connections last.
            clock.Jump(TimeSpan.FromSeconds(n % 10 == 0 ? 61 : random.NextDouble()));
            if (n % 8 == 4)
            {
                await fleet.ReplaceOneAsync(random);
            }
        }

        await sending;
    }

    private static async Task ShouldBeInOrderAsync(Fleet fleet, JumpingClock clock, Random random, Conversation conversation)
    {
        var history = await fleet.As(conversation.Writers[0], random).HistoryAsync(conversation.Id);
        var count = conversation.Writers.Count * MessagesEach;
        Assert.Equal(conversation.Answered.OrderBy(message => message.Seq), history);
        Assert.Equal(Enumerable.Range(2, count).Select(seq => (long)seq), history.Select(message => message.Seq));
        Assert.Equal(Enumerable.Range(1, count).Select(ordinal => (long)ordinal), history.Select(message => message.Ordinal));
        foreach (var writer in conversation.Writers)
        {
            Assert.Equal(
                Enumerable.Range(0, MessagesEach).Select(n => $"{writer} {n}"),
                history.Where(message => message.SenderId == writer).Select(message => message.Text));
        }

        await Settled.IsAsync(fleet.Azure, clock);
        foreach (var member in conversation.Members)
        {
            var read = history.LastOrDefault(message => message.SenderId == member)?.Ordinal ?? 0;
            await Eventually.SeesAsync(
                clock,
                () => fleet.As(member, random).SummaryAsync(conversation.Id),
                seen =>
                    seen?.UnreadCount == count - read && seen.LastSeq == history[^1].Seq && seen.LastMessage?.Preview == history[^1].Text,
                $"{member}'s inbox to end with {history[^1]} and {count - read} unread");
        }
    }

    /// <summary>
    /// Sends a message and waits until it is pushed to each phone. Time jumped, so that the service closes connections of which nothing
    /// was heard meanwhile: whoever connects anew may have missed the push, and is to get the next one.
    /// </summary>
    private static async Task ShouldBePushedToAsync(List<Phone> phones, Person sender, string conversation)
    {
        for (var attempt = 1; ; attempt++)
        {
            await Eventually.HoldsAsync(() => phones.Count(phone => phone.IsConnected), connected => connected == phones.Count);
            var before = phones.Select(phone => phone.Connections).ToList();
            var last = await sender.SendAsync(conversation, $"It is over, {attempt}.");
            await Eventually.HoldsAsync(
                () => phones.Select((phone, n) => phone.Connections > before[n] || phone.Pushed(conversation).ContainsKey(last.Seq))
                    .ToList(),
                heard => heard.TrueForAll(isHeard => isHeard),
                $"the push of {last} to each phone that stays connected");
            if (phones.All(phone => phone.Pushed(conversation).ContainsKey(last.Seq)))
            {
                return;
            }

            Assert.True(attempt < 5, "Expected connections to stay when time doesn't jump.");
        }
    }

    private sealed record Conversation(string Id, IReadOnlyList<string> Members, IReadOnlyList<string> Writers)
    {
        private readonly List<MessageJson> _answered = [];

        /// <summary>What its writers were told is stored.</summary>
        public IReadOnlyList<MessageJson> Answered
        {
            get
            {
                lock (_answered)
                {
                    return [.. _answered];
                }
            }
        }

        public void Took(MessageJson message)
        {
            lock (_answered)
            {
                _answered.Add(message);
            }
        }
    }
}
