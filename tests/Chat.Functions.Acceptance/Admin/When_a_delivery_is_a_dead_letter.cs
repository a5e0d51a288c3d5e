using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Admin;

public class When_a_delivery_is_a_dead_letter
{
    [Fact]
    public async Task Should_be_listed_with_what_it_is_about_and_delivered_by_a_replay()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        var bob = app.As("bob");
        var conversation = await GiveUpAsync(app, "a secret");

        var counts = await admin.ReadAsync("dead-letters", "list");
        Assert.Equal(
            app.Azure.ServiceBus.Queues.Select(queue => $"{queue.Name} {(queue.Name == "deliveries" ? 1 : 0)}"),
            counts.EnumerateArray().Select(queue => $"{queue.Text("queue")} {queue.Text("deadLetters")}"));

        var letter = Assert.Single((await admin.ReadAsync("dead-letters", "list", "--queue", "deliveries")).EnumerateArray());
        Assert.Equal(
            ("FailedUntilExpired", conversation, 2, 2, 1),
            (
                letter.Text("reason"),
                letter.Text("conversation"),
                letter.Number("first"),
                letter.Number("last"),
                letter.Number("deliveryCount")));
        var id = letter.Text("id")!;
        var table = await admin.RunAsync("dead-letters", "list", "--queue", "deliveries");
        Assert.Contains($"{conversation}", table, StringComparison.Ordinal);
        Assert.Contains("2-2", table, StringComparison.Ordinal);
        Assert.DoesNotContain("a secret", table + letter, StringComparison.Ordinal);
        Assert.Contains("a secret", await admin.RunAsync("dead-letters", "peek", "deliveries", id), StringComparison.Ordinal);

        await using var phone = await bob.ListenAsync();
        Assert.Equal($"replayed {id}\n", await admin.RunAsync("dead-letters", "replay", "deliveries", "--id", id));

        await phone.ReceivesAsync(conversation, "a secret");
        Assert.Empty((await admin.ReadAsync("dead-letters", "list", "--queue", "deliveries")).EnumerateArray());
        var again = await admin.TryAsync("", "dead-letters", "replay", "deliveries", "--id", id);
        Assert.Equal((1, ""), (again.ExitCode, again.Output));
        Assert.Contains($"0 of 1 replayed.\nNot there any more, or with somebody just now: {id}.", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_be_discarded_only_when_the_operator_says_yes()
    {
        await using var app = await ChatApp.StartAsync();
        var admin = await AdminConsole.OfAsync(app);
        await GiveUpAsync(app, "Hi");
        await GiveUpAsync(app, "Ho");

        foreach (var no in new[] { "", "n\n", "\n" })
        {
            var asked = await admin.TryAsync(no, "dead-letters", "discard", "deliveries", "--all");
            Assert.Equal((1, ""), (asked.ExitCode, asked.Output));
            Assert.Contains("Discard 2 of deliveries for good? [y/N]", asked.Error, StringComparison.Ordinal);
        }

        var letters = await admin.ReadAsync("dead-letters", "list", "--queue", "deliveries");
        var ids = letters.EnumerateArray().Select(letter => letter.Text("id")!).ToArray();
        Assert.Equal(2, ids.Length);
        Assert.Equal(
            $"discarded {ids[0]}\n",
            (await admin.TryAsync("y\n", "dead-letters", "discard", "deliveries", "--id", ids[0])).Output);
        Assert.Equal($"discarded {ids[1]}\n", await admin.RunAsync("dead-letters", "discard", "deliveries", "--all", "--yes"));
        Assert.Empty((await admin.ReadAsync("dead-letters", "list", "--queue", "deliveries")).EnumerateArray());
        Assert.Equal("", await admin.RunAsync("dead-letters", "discard", "deliveries", "--all"));
    }

    /// <summary>Sends a message whose delivery is given up.</summary>
    /// <returns>The conversation.</returns>
    private static async Task<string> GiveUpAsync(ChatApp app, string text)
    {
        var conversation = (await app.As("alice").StartDirectAsync("bob")).ConversationId;
        await Eventually.SeesAsync(() => app.As("bob").SummaryAsync(conversation), summary => summary is not null);
        await GivenUpDelivery.MakeAsync(app, app.As("alice"), conversation, text);
        return conversation;
    }
}
