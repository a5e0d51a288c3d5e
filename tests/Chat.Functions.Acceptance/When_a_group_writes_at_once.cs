using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_group_writes_at_once
{
    private static readonly string[] Names = [.. Enumerable.Range(0, 20).Select(n => $"user{n:00}")];

    [Fact]
    public async Task Should_show_all_twenty_the_same_order()
    {
        await using var app = await ChatApp.StartAsync();
        var people = Names.Select(app.As).ToList();
        var conversation = (await people[0].CreateGroupAsync("Twenty", Names[1..])).ConversationId;
        var phones = await Task.WhenAll(people.Select(person => person.ListenAsync()));

        var sent = await Task.WhenAll(people.Select(async person =>
        {
            var own = new List<MessageJson>();
            for (var n = 0; n < 5; n++)
            {
                own.Add(await person.SendAsync(conversation, $"{person.Name} says {n}"));
            }

            return own;
        }));

        // Every position once and without gaps, and each sender's in the order sent.
        var history = await people[7].HistoryAsync(conversation);
        Assert.Equal(Enumerable.Range(2, 100).Select(seq => (long)seq), history.Select(message => message.Seq));
        Assert.Equal(Enumerable.Range(1, 100).Select(ordinal => (long)ordinal), history.Select(message => message.Ordinal));
        Assert.All(sent, own => Assert.Equal(own, history.Where(message => message.SenderId == own[0].SenderId)));

        foreach (var phone in phones)
        {
            await Eventually.HoldsAsync(
                () => phone.Messages(conversation).Select(message => message.Seq).Distinct().Count(),
                count => count == 100);
            Assert.Equal(history, phone.Messages(conversation).DistinctBy(message => message.Seq).OrderBy(message => message.Seq));
            await phone.DisposeAsync();
        }

        foreach (var person in people)
        {
            // A page of the change feed may show the head, and what they wrote be in the next.
            var own = history.Last(message => message.SenderId == person.Name);
            await Eventually.SeesAsync(
                () => person.SummaryAsync(conversation),
                seen => seen?.LastSeq == 101 && seen.UnreadCount == 100 - own.Ordinal);
        }
    }

    [Fact]
    public async Task Should_work_the_same_with_all_256_members()
    {
        await using var app = await ChatApp.StartAsync();
        var names = Enumerable.Range(0, 256).Select(n => $"member-with-a-longer-name-{n:000}").ToList();
        var owner = app.As(names[0]);

        var created = await owner.CreateGroupAsync("Everybody", names[1..]);

        // Members beyond the first 90 may follow later.
        Assert.Equal((32, new MemberJson(names[0], "owner")), (created.Members.Count, created.Members[0]));
        await Eventually.SeesAsync(() => owner.ConversationAsync(created.ConversationId), seen => seen.MemberCount == 256);
        var last = app.As(names[255]);
        await using var phone = await last.ListenAsync();
        var sent = await app.As(names[200]).SendAsync(created.ConversationId, "Hello everybody");
        Assert.Equal(sent, await phone.ReceivesAsync(created.ConversationId, "Hello everybody"));
        foreach (var name in new[] { names[0], names[100], names[255] })
        {
            await Eventually.SeesAsync(
                () => app.As(name).SummaryAsync(created.ConversationId),
                seen => seen?.LastSeq == sent.Seq && seen.MemberCount == 256);
        }
    }
}
