using System.Net;
using System.Text;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Local.Tests.Functions;
using Chat.Local.Tests.SignalR;
using Xunit;

namespace Chat.Local.Tests.Inspector;

public sealed class When_somebody_looks_inside : IAsyncLifetime
{
    private InspectedHost _host = null!;

    public async Task InitializeAsync() => _host = await InspectedHost.StartAsync();

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Should_show_the_functions_and_how_their_runs_went()
    {
        await _host.StatusAsync(HttpMethod.Get, "api/answer/204");
        await _host.StatusAsync(HttpMethod.Get, "api/answer/503");
        _host.Work.Fails = _ => true;
        await _host.StatusAsync(HttpMethod.Get, "api/answer/200");
        var functions = await _host.GetAsync("local/api/functions");
        Assert.Equal(["Answer http GET /api/answer/{status:int}", "Yearly timer 0 0 0 1 1 *"], functions.EnumerateArray().Select(Describe));
        var runs = functions[0].GetProperty("runs");
        Assert.Equal((0, 3, 2), (Number(runs, "running"), Number(runs, "invocations"), Number(runs, "failures")));
        Assert.Contains(
            "request failed, as the test wants it.", Text(runs.GetProperty("lastFailure"), "message"), StringComparison.Ordinal);
        Assert.True(runs.GetProperty("p50").GetDouble() > 0);
        Assert.Equal(JsonValueKind.Null, functions[1].GetProperty("runs").GetProperty("p99").ValueKind);

        static string Describe(JsonElement function) => $"{Text(function, "name")} {Text(function, "kind")} {Text(function, "target")}";
    }

    [Fact]
    public async Task Should_show_a_run_while_it_goes_on()
    {
        _host.Work.Gate = new SemaphoreSlim(0);
        var answer = _host.StatusAsync(HttpMethod.Get, "api/answer/204");
        await _host.Work.WhenBegunAsync("request");
        Assert.Equal(1, Number((await _host.GetAsync("local/api/functions"))[0].GetProperty("runs"), "running"));
        _host.Work.Gate.Release();
        Assert.Equal(HttpStatusCode.NoContent, await answer);
    }

    [Fact]
    public async Task Should_show_messages_by_state_and_their_bodies_only_on_demand()
    {
        var dead = (await _host.AddDeadLettersAsync("secret")).Single();
        await _host.Sender.ScheduleMessageAsync(new ServiceBusMessage("later"), _host.Azure.Time.GetUtcNow().AddHours(1));
        await _host.Sender.SendMessageAsync(new ServiceBusMessage("aside"));
        await _host.Receiver.DeferMessageAsync(await _host.Receiver.ReceiveMessageAsync());
        await _host.Sender.SendMessageAsync(new ServiceBusMessage("held"));
        await _host.Receiver.ReceiveMessageAsync();
        await _host.Sender.SendMessageAsync(new ServiceBusMessage("ready"));

        var queue = (await _host.GetAsync("local/api/queues")).EnumerateArray().Single(queue => Text(queue, "name") == InspectedHost.Queue);
        Assert.Equal("""{"active":1,"scheduled":1,"deferred":1,"inFlight":1,"deadLettered":1}""", queue.GetProperty("counts").GetRawText());
        foreach (var (kind, body) in new[]
        {
            ("active", "ready"), ("scheduled", "later"), ("deferred", "aside"), ("in-flight", "held"), ("dead-lettered", "secret"),
        })
        {
            var messages = await _host.GetAsync($"local/api/queues/fanout/{kind}");
            Assert.DoesNotContain("\"" + body + "\"", messages.GetRawText(), StringComparison.Ordinal);
            var only = Assert.Single(messages.EnumerateArray());
            Assert.Equal(body, Text(await _host.GetAsync($"local/api/queues/fanout/{kind}/{Number(only, "sequenceNumber")}/body"), "text"));
        }

        var letter = await _host.GetAsync($"local/api/queues/fanout/dead-lettered/{dead}");
        Assert.Equal(("letter 1", "Poison", "It was bad.", 1), (
            Text(letter, "messageId"),
            Text(letter, "deadLetterReason"),
            Text(letter, "deadLetterDescription"),
            (int)Number(letter, "deliveryCount")));
        foreach (var path in new[]
        {
            "nowhere/active", "fanout/elsewhere", "fanout/active/9999", $"fanout/active/{dead}", "fanout/dead-lettered/x",
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, await _host.StatusAsync(HttpMethod.Get, "local/api/queues/" + path));
        }
    }

    [Fact]
    public async Task Should_show_a_body_that_isnt_text_in_Base64()
    {
        await _host.Sender.SendMessageAsync(new ServiceBusMessage(new byte[] { 0xFF, 0x00 }));
        var message = (await _host.GetAsync("local/api/queues/fanout/active"))[0];
        var body = await _host.GetAsync($"local/api/queues/fanout/active/{Number(message, "sequenceNumber")}/body");
        Assert.Equal(("/wA=", true), (Text(body, "text"), body.GetProperty("isBase64").GetBoolean()));
    }

    [Fact]
    public async Task Should_resubmit_or_discard_dead_letters()
    {
        var numbers = await _host.AddDeadLettersAsync("a", "b", "c", "d");
        const string Letters = "local/api/queues/fanout/dead-lettered";
        Assert.Equal(HttpStatusCode.OK, await _host.StatusAsync(HttpMethod.Post, $"{Letters}/{numbers[0]}/resubmit"));
        Assert.Equal("a", (await _host.Receiver.ReceiveMessageAsync()).Body.ToString());
        Assert.Equal(HttpStatusCode.NoContent, await _host.StatusAsync(HttpMethod.Delete, $"{Letters}/{numbers[1]}"));
        Assert.Equal(HttpStatusCode.NotFound, await _host.StatusAsync(HttpMethod.Delete, $"{Letters}/{numbers[1]}"));
        Assert.Equal(HttpStatusCode.NotFound, await _host.StatusAsync(HttpMethod.Post, $"{Letters}/{numbers[1]}/resubmit"));
        Assert.Equal((0, 2), Counts());
        Assert.Equal(HttpStatusCode.OK, await _host.StatusAsync(HttpMethod.Post, Letters + "/resubmit"));
        Assert.Equal((2, 0), Counts());
        await _host.AddDeadLettersAsync("e");
        Assert.Equal(HttpStatusCode.OK, await _host.StatusAsync(HttpMethod.Delete, Letters));
        Assert.Equal(0, Counts().DeadLettered);

        (int Active, int DeadLettered) Counts()
        {
            var counts = _host.Azure.ServiceBus.Find(InspectedHost.Queue)!.Count();
            return (counts.Active, counts.DeadLettered);
        }
    }

    [Fact]
    public async Task Should_show_containers_partitions_documents_and_one_document()
    {
        await _host.Azure.Cosmos.UpsertDocumentAsync(
            "chat", "users", "alice/1", Encoding.UTF8.GetBytes("""{"id":"profile","userId":"alice/1","name":"Alice"}"""));
        await _host.Azure.Cosmos.UpsertDocumentAsync(
            "chat", "users", "alice/1", Encoding.UTF8.GetBytes("""{"id":"block:b","userId":"alice/1"}"""));
        var users = (await _host.GetAsync("local/api/containers")).EnumerateArray().Single(container => Text(container, "id") == "users");
        Assert.Equal(("/userId", 1, 2), (
            users.GetProperty("partitionKey")[0].GetString(), (int)Number(users, "partitions"), (int)Number(users, "documents")));

        const string Users = "local/api/containers/chat/users";
        Assert.Equal(
            """{"total":1,"partitions":[{"key":"[\"alice/1\"]","documents":2}]}""",
            (await _host.GetAsync(Users + "/partitions?search=ALICE")).GetRawText());
        Assert.Equal(0, Number(await _host.GetAsync(Users + "/partitions?search=bob"), "total"));
        var key = "partition=" + Uri.EscapeDataString("""["alice/1"]""");
        var documents = await _host.GetAsync($"{Users}/documents?{key}");
        Assert.Equal(["block:b", "profile"], documents.GetProperty("documents").EnumerateArray().Select(document => Text(document, "id")));
        Assert.Equal(1, Number(await _host.GetAsync($"{Users}/documents?{key}&search=prof"), "total"));
        Assert.Equal("Alice", Text(await _host.GetAsync($"{Users}/document?{key}&id=profile"), "name"));
        foreach (var path in new[]
        {
            "local/api/containers/chat/none/partitions",
            $"{Users}/documents?partition=x",
            $"{Users}/document?{key}&id=none",
        })
        {
            Assert.Equal(HttpStatusCode.NotFound, await _host.StatusAsync(HttpMethod.Get, path));
        }
    }

    [Fact]
    public async Task Should_not_find_what_is_deleted_while_it_looks()
    {
        await _host.Azure.Cosmos.UpsertDocumentAsync("chat", "users", "alice", """{"id":"profile","userId":"alice"}"""u8.ToArray());
        var users = _host.Azure.Cosmos.Containers.Single(container => container.Definition.Id == "users");

        // The account still lists it, as it does for whoever has found it just before.
        users.Delete([]);

        var key = "partition=" + Uri.EscapeDataString("""["alice"]""");
        foreach (var path in new[] { "partitions", $"documents?{key}", $"document?{key}&id=profile" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await _host.StatusAsync(HttpMethod.Get, "local/api/containers/chat/users/" + path));
        }

        var listed = (await _host.GetAsync("local/api/containers")).EnumerateArray().Select(container => Text(container, "id"));
        Assert.DoesNotContain("users", listed);
        Assert.Contains("conversations", listed);
    }

    [Fact]
    public async Task Should_show_the_hubs()
    {
        _host.Azure.SignalR.Hub("chat").AddUser("alice", "group", TimeSpan.FromHours(1));
        var hub = Assert.Single((await _host.GetAsync("local/api/hubs")).EnumerateArray());
        Assert.Equal("""[{"userId":"alice","groups":["group"]}]""", hub.GetProperty("users").GetRawText());
    }

    [Fact]
    public async Task Should_cost_nothing_and_meet_no_fault()
    {
        await _host.AddDeadLettersAsync("a");
        var before = _host.Azure.Meter.Read();
        using var fault = _host.Azure.Faults.Add(new Fault("servicebus", "*", FaultKind.Fail));
        foreach (var path in new[] { "functions", "queues", "queues/fanout/dead-lettered", "containers", "hubs", "store" })
        {
            Assert.Equal(HttpStatusCode.OK, await _host.StatusAsync(HttpMethod.Get, "local/api/" + path));
        }

        Assert.Equal(before, _host.Azure.Meter.Read());
    }

    [Fact]
    public async Task Should_show_the_bill_of_the_last_minute_the_last_hour_and_the_run()
    {
        await _host.StatusAsync(HttpMethod.Get, "api/answer/204");
        var meter = await _host.GetAsync("local/meter");
        string[] units = ["GB-s", "executions", "RU", "operations", "messages", "writes", "lists", "reads", "other operations"];
        foreach (var span in new[] { "minute", "hour", "run" })
        {
            var lines = meter.GetProperty(span).GetProperty("bill").GetProperty("lines").EnumerateArray().ToList();
            Assert.Equal(units, lines.Select(line => Text(line, "unit")));
            Assert.Equal(1, lines[1].GetProperty("units").GetDouble());
            Assert.Equal(0.4 / 1_000_000, lines[1].GetProperty("usd").GetDouble(), 12);
        }

        Assert.Equal("USD", Text(meter.GetProperty("prices"), "currency"));
    }

    [Fact]
    public async Task Should_run_a_timers_function_by_hand_as_the_real_host_does()
    {
        Assert.Equal(HttpStatusCode.Accepted, await RunAsync("yearly"));
        await _host.Work.WhenBegunAsync("timer");
        Assert.Equal(HttpStatusCode.NotFound, await RunAsync("Nothing"));
        Assert.Equal(HttpStatusCode.BadRequest, await RunAsync("Answer"));
        Assert.Equal(HttpStatusCode.BadRequest, await RunAsync("Yearly", "{"));
        Assert.Equal(HttpStatusCode.BadRequest, await RunAsync("Yearly", "[]"));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await RunAsync("Yearly", type: "text/plain"));
        await Eventually.TrueAsync(() => _host.Work.Begun.Count == 1, () => $"one run, seen {_host.Work.Begun.Count}");
    }

    private async Task<HttpStatusCode> RunAsync(string function, string body = """{"input": ""}""", string type = "application/json")
    {
        using var content = new StringContent(body, Encoding.UTF8, type);
        return await _host.StatusAsync(HttpMethod.Post, $"admin/functions/{function}", content: content, withHeader: false);
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static long Number(JsonElement element, string name) => element.GetProperty(name).GetInt64();
}
