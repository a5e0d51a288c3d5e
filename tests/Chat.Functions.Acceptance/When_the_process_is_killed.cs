using System.Globalization;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// <c>kill -9</c> in the middle of sending, again and again: what was answered is there, in order, once, and is delivered. More kills:
/// <c>CHAT_KILLS=50 dotnet test tests/Chat.Functions.Acceptance --filter When_the_process_is_killed</c>.
/// </summary>
public sealed class When_the_process_is_killed : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("chat-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData(false, "2")]
    [InlineData(true, "1")]
    public async Task Should_have_every_answered_message_once_and_in_order_and_deliver_it(bool asChild, string atLeast)
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("CHAT_KILLS") ?? atLeast, CultureInfo.InvariantCulture);
        const int Pairs = 8;
        var conversations = new List<string>();
        var answered = Enumerable.Range(0, Pairs).Select(_ => new List<MessageJson>()).ToList();
        for (var kill = 0; kill < kills; kill++)
        {
            await using var backend = await Backend.StartAsync(_directory, asChild: asChild);
            for (var pair = conversations.Count; pair < Pairs; pair++)
            {
                conversations.Add((await backend.As($"sender{pair}").StartDirectAsync($"receiver{pair}")).ConversationId);
            }

            var enough = answered.Sum(Count) + new Random(kill).Next(1, 300);
            var sending = Task.WhenAll(Enumerable.Range(0, Pairs)
                .Select(pair => SendUntilItDiesAsync(backend.As($"sender{pair}"), conversations[pair], answered[pair])));
            await Eventually.HoldsAsync(() => answered.Sum(Count), count => count > enough);
            await backend.KillAsync();
            await sending;
        }

        await using var again = await Backend.StartAsync(_directory, asChild: asChild);
        for (var pair = 0; pair < Pairs; pair++)
        {
            var history = await again.As($"sender{pair}").HistoryAsync(conversations[pair]);
            var own = answered[pair];

            // One more may be stored whose answer died on the way.
            Assert.Equal(own, history.Take(own.Count));
            Assert.InRange(history.Count, own.Count, own.Count + 1);
            Assert.Equal(Enumerable.Range(0, history.Count).Select(n => $"message {n}"), history.Select(message => message.Text));
            Assert.Equal(Enumerable.Range(2, history.Count).Select(seq => (long)seq), history.Select(message => message.Seq));
            var receiver = again.As($"receiver{pair}");
            await Eventually.SeesAsync(() => receiver.SummaryAsync(conversations[pair]), seen => seen?.UnreadCount == history.Count);

            // Whoever got no answer repeats, and it is stored once all the same.
            await again.As($"sender{pair}").SendAsync(conversations[pair], $"message {own.Count}", $"1d-{own.Count}");
            Assert.Equal(own.Count + 1, (await again.As($"sender{pair}").HistoryAsync(conversations[pair])).Count);
        }
    }

    private static int Count(List<MessageJson> messages)
    {
        lock (messages)
        {
            return messages.Count;
        }
    }

    private static async Task SendUntilItDiesAsync(Person sender, string conversation, List<MessageJson> answered)
    {
        try
        {
            // What the last process died over goes first, under the same id.
            for (var n = Count(answered); ; n++)
            {
                var message = await sender.SendAsync(conversation, $"message {n}", $"1d-{n}");
                lock (answered)
                {
                    answered.Add(message);
                }
            }
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            // The process is gone.
        }
    }
}
