using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Chat.Functions.Acceptance.Harness;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>A commit holds about 90 members. More of them get in together all the same, whatever happens between two commits.</summary>
public class When_members_take_several_commits
{
    [Fact]
    public async Task Should_let_in_all_of_a_new_group_although_its_request_comes_no_further_than_the_first()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        string conversation;
        using (app.Azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Fail) { Skip = 1 }))
        {
            // Without an Idempotency-Key, so that no repeat can complete it.
            using var created = await alice.PostAsync("/api/conversations", new { kind = "group", title = "Choir", members = Names(200) });
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            var view = await created.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(90, view.GetProperty("memberCount").GetInt32());
            conversation = view.GetProperty("conversationId").GetString()!;
        }

        await Eventually.SeesAsync(clock, () => alice.ConversationAsync(conversation), seen => seen.MemberCount == 201);
        await Eventually.SeesAsync(clock, () => app.As("singer-199").SummaryAsync(conversation), seen => seen is { Title: "Choir" });
        var joined = (await alice.LogAsync(conversation))
            .Skip(1)
            .SelectMany(one => one.GetProperty("data").GetProperty("members").EnumerateArray());
        Assert.Equal(Names(200).Skip(89), joined.Select(member => member.GetProperty("userId").GetString()!));
    }

    [Fact]
    public async Task Should_let_in_as_many_as_there_is_room_for_although_the_group_was_handed_over_meanwhile()
    {
        const int Most = 256;
        var clock = new JumpingClock();
        await using var azure = await LocalAzure.StartAsync(directory: null, time: clock);
        await using var app = await ChatApp.StartAsync(azure, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["AzureWebJobs.ProjectInboxes.Disabled"] = "true",
            ["AzureWebJobs.DeliverEntries.Disabled"] = "true",
        });
        var alice = app.As("alice");
        string conversation;
        using (azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Fail) { Skip = 1 }))
        {
            using var created = await alice.PostAsync(
                "/api/conversations",
                new { kind = "group", title = "Choir", members = Names(Most - 1) });
            conversation = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("conversationId").GetString()!;
        }

        await alice.DoAsync("POST", $"/api/conversations/{conversation}/members", new { members = new[] { "dave" } });
        await alice.DoAsync("POST", $"/api/conversations/{conversation}/owner", new { userId = "singer-000" });

        // A part takes a while on a busy machine, and has 3 s by the clock.
        await using var next = await ChatApp.StartAsync(azure);
        await Eventually.SeesAsync(
            async () =>
            {
                clock.Jump(TimeSpan.FromSeconds(1));
                await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
                return await alice.ConversationAsync(conversation);
            },
            seen => seen.MemberCount == Most,
            patience: TimeSpan.FromMinutes(3));
    }

    [Fact]
    public async Task Should_take_as_long_for_the_second_part_as_for_the_first()
    {
        var clock = new JumpingClock();
        await using var app = await ChatApp.StartAsync(time: clock);
        var alice = app.As("alice");
        var group = (await alice.CreateGroupAsync("Choir", "bob")).ConversationId;
        await app.HasDeliveredAsync(clock);

        // Both together take longer than one may.
        using var slow = app.Azure.Faults.Add(new Fault("cosmos", "batch", FaultKind.Delay)
        {
            Strike = _ =>
            {
                clock.Jump(TimeSpan.FromSeconds(1.6));
                return Task.CompletedTask;
            },
        });

        using var added = await Person.PatientlyAsync(
            () => alice.PostAsync($"/api/conversations/{group}/members", new { members = Names(100) }));

        Assert.Equal(HttpStatusCode.NoContent, added.StatusCode);
        Assert.Equal(102, (await alice.ConversationAsync(group)).MemberCount);
    }

    private static IEnumerable<string> Names(int count) => Enumerable.Range(0, count).Select(n => $"singer-{n:000}");
}
