using System.Net;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

public class When_a_send_is_retried
{
    [Fact]
    public async Task Should_store_it_once_and_answer_with_the_first()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        using var first = await Person.PatientlyAsync(() => alice.TrySendAsync(conversation, "Hello", "1d-1"));
        using var second = await Person.PatientlyAsync(() => alice.TrySendAsync(conversation, "Hello", "1d-1"));

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.Equal(await first.Content.ReadAsStringAsync(), await second.Content.ReadAsStringAsync());
        Assert.Single(await alice.HistoryAsync(conversation));
    }

    [Fact]
    public async Task Should_store_it_once_when_all_tries_arrive_together_at_two_instances()
    {
        await using var app = await ChatApp.StartAsync();
        await using var other = await ChatApp.StartAsync(app.Azure);
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(n => Person.PatientlyAsync(
                () => alice.At(n % 2 == 0 ? app : other).TrySendAsync(conversation, "Hello", "1d-1"))));

        // The first is told 503 where a busy machine takes too long for it, and 200 when it asks again.
        Assert.InRange(answers.Count(answer => answer.StatusCode == HttpStatusCode.Created), 0, 1);
        Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}"));
        Assert.Single(await alice.HistoryAsync(conversation));
    }

    [Fact]
    public async Task Should_refuse_another_text_under_the_same_id()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "Hello", "1d-1");

        using var other = await Person.PatientlyAsync(() => alice.TrySendAsync(conversation, "Goodbye", "1d-1"));

        Assert.Equal(HttpStatusCode.Conflict, other.StatusCode);
        Assert.Equal(
            "client_message_id_reused",
            (await JsonDocument.ParseAsync(await other.Content.ReadAsStreamAsync())).RootElement.GetProperty("code").GetString());
        Assert.Equal("Hello", Assert.Single(await alice.HistoryAsync(conversation)).Text);
    }

    [Fact]
    public async Task Should_create_a_group_once_under_an_idempotency_key()
    {
        await using var app = await ChatApp.StartAsync();
        var alice = app.As("alice");
        async Task<HttpResponseMessage> CreateAsync(string title) =>
            await Person.PatientlyAsync(() => alice.SendAsync(
                HttpMethod.Post,
                "/api/conversations",
                System.Net.Http.Json.JsonContent.Create(new { kind = "group", title, members = new[] { "bob", "carol" } }),
                request => request.Headers.Add("Idempotency-Key", "trip-1")));

        using var first = await CreateAsync("Trip");
        using var second = await CreateAsync("Trip");
        using var misused = await CreateAsync("Another");

        Assert.Equal(
            (HttpStatusCode.Created, HttpStatusCode.OK, HttpStatusCode.Conflict),
            (first.StatusCode, second.StatusCode, misused.StatusCode));
        Assert.Single((await alice.ConversationsAsync()).Conversations);
    }
}
