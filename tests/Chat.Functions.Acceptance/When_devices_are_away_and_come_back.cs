using System.Globalization;
using System.Net.Http.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>
/// People chat, change and take back what they said, read, clear and arrange their lists through two instances over replicas that lag,
/// while their devices sync now and then and crash amid it. When it is over, every device shows what the service does: nothing missing,
/// nothing twice, nothing that was taken back, also where no list moved by it. More seeds: <c>CHAT_STORY_SEEDS</c>.
/// </summary>
public class When_devices_are_away_and_come_back
{
    private const int Page = 5;
    private static readonly string[] People = ["ann", "ben", "cat"];

    private static readonly Dictionary<string, string?> SmallPages = new(StringComparer.Ordinal)
    {
        ["Limits:Page"] = "5",
        ["Limits:DefaultPage"] = "5",
        ["Logging:LogLevel:Default"] = "None",
    };

    public static TheoryData<int> Seeds =>
        [.. Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") ?? "3", CultureInfo.InvariantCulture))];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Should_have_on_every_device_what_the_service_has(int seed)
    {
        var (clock, random) = (new JumpingClock(), new Random(seed));
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var one = await ChatApp.StartAsync(azure, SmallPages);
        await using var two = await ChatApp.StartAsync(azure, SmallPages);
        var devices = People.ToDictionary(
            name => name,
            _ => new[] { new Device(Page, random), new Device(Page, random) },
            StringComparer.Ordinal);
        var conversations = new List<string>();
        azure.Cosmos.LagReads("chat", "users", 3);
        for (var step = 0; step < 150; step++)
        {
            await ActAsync(Any(), random, conversations);
            var owner = Any();
            var device = devices[owner.Name][random.Next(2)];
            if (random.Next(2) == 0)
            {
                await device.SyncAsync(owner, mayCrash: true);
            }

            if (random.Next(3) == 0)
            {
                await device.ReadOnAsync(owner, mayCrash: true);
            }

            if (random.Next(10) == 0)
            {
                // Longer than a round of sync overlaps the one before; no replica is behind by that.
                clock.Jump(TimeSpan.FromSeconds(40));
                azure.Cosmos.LagReads("chat", "users", 3);
            }
        }

        await SettleAsync(one, clock, conversations);
        azure.Cosmos.LagReads("chat", "users", 0);
        foreach (var (name, device) in devices.SelectMany(own => own.Value, (own, device) => (own.Key, device)))
        {
            var owner = one.As(name);
            for (var rounds = 0; rounds < 2;)
            {
                rounds += await device.SyncAsync(owner, mayCrash: false) ? 0 : 1;
            }

            await device.ReadOnAsync(owner, mayCrash: false);
            var listed = await owner.AllConversationsAsync(Page);
            Assert.Equal(
                listed,
                device.Conversations.Values.OrderByDescending(summary => (summary.ActivityAt, summary.ConversationId), ByActivity));
            Assert.Equal(0, device.Snapshots);
            foreach (var conversation in listed)
            {
                await device.ShouldShowAllOfAsync(conversation.ConversationId);
            }
        }

        Person Any() => (random.Next(2) == 0 ? one : two).As(People[random.Next(People.Length)]);
    }

    private static Comparer<(DateTimeOffset At, string Id)> ByActivity { get; } =
        Comparer<(DateTimeOffset At, string Id)>.Create(
            (left, right) => left.At != right.At ? left.At.CompareTo(right.At) : string.CompareOrdinal(left.Id, right.Id));

    /// <summary>Somebody does something that people do.</summary>
    private static async Task ActAsync(Person person, Random random, List<string> conversations)
    {
        if (conversations.Count < 2 || random.Next(5) == 0)
        {
            var others = People.Where(name => name != person.Name).ToArray();
            conversations.Add(random.Next(2) == 0
                ? (await person.StartDirectAsync(others[random.Next(2)])).ConversationId
                : (await person.CreateGroupAsync("Group", others)).ConversationId);
            return;
        }

        var conversation = conversations[random.Next(conversations.Count)];
        using var seen = await person.GetAsync($"/api/conversations/{conversation}");
        if (!seen.IsSuccessStatusCode)
        {
            return;
        }

        var lastSeq = (await person.ConversationAsync(conversation)).LastSeq;
        if (random.Next(3) == 0)
        {
            await ChangeAsync(person, random, conversation);
            return;
        }

        await (random.Next(12) switch
        {
            0 => person.MarkReadAsync(conversation, random.NextInt64(lastSeq + 1)),
            1 => person.ClearAsync(conversation, random.NextInt64(lastSeq + 1)),
            2 => person.MarkUnreadAsync(conversation),
            3 => person.PreferAsync(conversation, new { archived = random.Next(2) == 0 }),
            4 => person.PreferAsync(conversation, new { pinned = random.Next(2) == 0, draft = new { text = $"draft {random.Next(100)}" } }),
            _ => person.SendAsync(conversation, $"text {random.Next(1000)}"),
        });
    }

    /// <summary>
    /// Somebody does something to a message, which moves lists only where it is the last: they may not, or it may be gone.
    /// </summary>
    private static async Task ChangeAsync(Person person, Random random, string conversation)
    {
        var messages = (await person.AskAsync("GET", $"/api/conversations/{conversation}/messages")).List("messages");
        if (messages.Count == 0)
        {
            return;
        }

        var message = messages[random.Next(messages.Count)];
        var path = message.Path();
        var id = $"{Guid.NewGuid():N}";
        Func<Task<HttpResponseMessage>> change = random.Next(7) switch
        {
            0 => () => person.SendAsync(HttpMethod.Patch, path, JsonContent.Create(new { text = $"edited {random.Next(1000)}" })),
            1 or 2 => () => person.SendAsync(HttpMethod.Delete, path, null),
            3 => () => person.SendAsync(HttpMethod.Put, path + "/reactions/:a:", null),
            4 => () => person.SendAsync(random.Next(3) == 0 ? HttpMethod.Delete : HttpMethod.Put, path + "/pin", null),
            _ => () => person.PostAsync(
                $"/api/conversations/{conversation}/messages",
                new { clientMessageId = id, text = "answer", replyTo = message.Text("messageId") }),
        };
        using var answer = await Person.PatientlyAsync(change);
        Assert.True((int)answer.StatusCode is < 300 or 403 or 409, $"{answer.RequestMessage!.Method} {path}: {answer.StatusCode}");
    }

    /// <summary>Waits until everything is in everybody's list that moves it.</summary>
    private static async Task SettleAsync(ChatApp app, JumpingClock clock, List<string> conversations)
    {
        await app.HasDeliveredAsync(clock);
    }
}
