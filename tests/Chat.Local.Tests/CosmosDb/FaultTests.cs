using System.Net;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>Each fault as the SDK shows it, and how often the SDK itself repeated the operation.</summary>
public sealed class FaultTests
{
    private static readonly PartitionKey Key = new("k");

    [Theory]
    [EveryDoor(503)]
    [EveryDoor(500)]
    [EveryDoor(403)]
    public async Task Should_refuse_with_the_status_of_the_fault(int status, Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var fault = account.Faults.Add(new Fault("cosmos", "create", FaultKind.Fail) { Status = status });

        var failed = await Assert.ThrowsAsync<CosmosException>(() => account.CreateAsync("""{"id":"a","pk":"k"}"""));

        Assert.Equal(status, (int)failed.StatusCode);
        Assert.Null(await account.FindAsync("k", "a"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_throttle_so_that_the_sdk_tries_again(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var tries = 0;
        using var twice = account.Faults.Add(
            new Fault("cosmos", "create", FaultKind.Throttle) { Times = 2, Strike = _ => Task.FromResult(tries++) });

        var created = await account.CreateAsync("""{"id":"a","pk":"k"}""");

        Assert.Equal(2, tries);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_throttle_until_the_sdk_gives_up(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var tries = 0;
        using var always = account.Faults.Add(new Fault("cosmos", "read", FaultKind.Throttle) { Strike = _ => Task.FromResult(tries++) });

        using var response = await account.Container.ReadItemStreamAsync("a", Key);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("3200", response.Headers["x-ms-substatus"]);
        Assert.Equal(10, tries);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_break_the_connection_before_a_write_which_the_sdk_repeats(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var once = account.Faults.Add(new Fault("cosmos", "create", FaultKind.ResetBefore) { Times = 1 });

        var created = await account.CreateAsync("""{"id":"a","pk":"k"}""");

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_break_the_connection_after_a_write_so_that_the_sdk_meets_its_own_success(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var once = account.Faults.Add(new Fault("cosmos", "create", FaultKind.ResetAfter) { Times = 1 });

        var conflict = await Assert.ThrowsAsync<CosmosException>(() => account.CreateAsync("""{"id":"a","pk":"k"}"""));

        Assert.Equal(HttpStatusCode.Conflict, conflict.StatusCode);
        Assert.NotNull(await account.FindAsync("k", "a"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_break_the_connection_after_a_batch_so_that_its_own_head_looks_changed(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var head = await account.CreateAsync("""{"id":"head","pk":"k","n":1}""");
        using var once = account.Faults.Add(new Fault("cosmos", "batch", FaultKind.ResetAfter) { Times = 1 });

        using var response = await Append(account, head.ETag);

        Assert.Equal(HttpStatusCode.PreconditionFailed, response.StatusCode);
        Assert.NotNull(await account.FindAsync("k", "m"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_break_several_connections_in_a_row(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var tries = 0;
        using var fault = account.Faults.Add(
            new Fault("cosmos", "upsert", FaultKind.ResetBefore) { Times = 3, Strike = _ => Task.FromResult(tries++) });

        using var response = await account.Container.UpsertItemStreamAsync(CosmosAccount.Json("""{"id":"a","pk":"k"}"""), Key);

        Assert.Equal(3, tries);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_leave_a_broken_connection_to_the_application_when_the_sdk_is_limited_to_its_endpoint(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var client = account.NewClient(limitToEndpoint: true);
        using var once = account.Faults.Add(new Fault("cosmos", "create", FaultKind.ResetAfter) { Times = 1 });

        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetContainer("chat", "items").CreateItemStreamAsync(CosmosAccount.Json("""{"id":"a","pk":"k"}"""), Key));

        Assert.NotNull(await account.FindAsync("k", "a"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_time_out_after_applying(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        using var always = account.Faults.Add(new Fault("cosmos", "create", FaultKind.TimeoutAfter) { Times = 1 });

        using var response = await account.Container.CreateItemStreamAsync(CosmosAccount.Json("""{"id":"a","pk":"k"}"""), Key);

        Assert.Equal(HttpStatusCode.RequestTimeout, response.StatusCode);
        Assert.NotNull(await account.FindAsync("k", "a"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_a_true_condition_when_asked_to(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var head = await account.CreateAsync("""{"id":"head","pk":"k","n":1}""");
        using (account.Faults.Add(new Fault("cosmos", "*", FaultKind.FalsePrecondition)))
        {
            using var batch = await Append(account, head.ETag);
            using var patch = await account.Container.PatchItemStreamAsync(
                "head",
                Key,
                [PatchOperation.Set("/n", 2)],
                new PatchItemRequestOptions { FilterPredicate = "FROM c WHERE c.n = 1" });
            using var unconditional = await account.Container.ReplaceItemStreamAsync(
                CosmosAccount.Json("""{"id":"head","pk":"k","n":1}"""),
                "head",
                Key);

            Assert.Equal(HttpStatusCode.PreconditionFailed, batch.StatusCode);
            Assert.Equal(HttpStatusCode.PreconditionFailed, patch.StatusCode);
            Assert.Equal(HttpStatusCode.OK, unconditional.StatusCode);
        }

        Assert.Equal(1, (int?)(await account.FindAsync("k", "head"))!["n"]);
        Assert.Null(await account.FindAsync("k", "m"));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_delay(Door door)
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(time: clock, door: door);
        var struck = new TaskCompletionSource();
        using var fault = account.Faults.Add(new Fault("cosmos", "create", FaultKind.Delay)
        {
            Delay = TimeSpan.FromMinutes(1),
            Strike = _ =>
            {
                struck.SetResult();
                return Task.CompletedTask;
            },
        });

        var create = account.CreateAsync("""{"id":"a","pk":"k"}""");
        await struck.Task;
        Assert.False(create.IsCompleted);
        while (!create.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.Created, (await create).StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_name_the_target_and_meter_what_was_billed(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        var targets = new List<string>();
        using var watch = account.Faults.Add(new Fault("cosmos", "*", FaultKind.Delay)
        {
            Strike = target =>
            {
                targets.Add(target);
                return Task.CompletedTask;
            },
        });
        var created = await account.CreateAsync("""{"id":"a","pk":"k"}""");
        await account.QueryAsync("SELECT * FROM c");

        Assert.Equal(["items/k/a", "items/k"], targets, StringComparer.Ordinal);
        var reading = Assert.Single(account.Meter.Read(), reading => reading.Operation == "create");
        Assert.Equal(("cosmos", 1, created.RequestCharge), (reading.Service, reading.Requests, reading.Units));
    }

    private static Task<TransactionalBatchResponse> Append(CosmosAccount account, string etag) =>
        account.Container.CreateTransactionalBatch(Key)
        .ReplaceItemStream(
            "head",
            CosmosAccount.Json("""{"id":"head","pk":"k","n":2}"""),
            new TransactionalBatchItemRequestOptions { IfMatchEtag = etag })
        .CreateItemStream(CosmosAccount.Json("""{"id":"m","pk":"k"}"""))
        .ExecuteAsync();
}
