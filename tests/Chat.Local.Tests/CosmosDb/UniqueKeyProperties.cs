using System.Globalization;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>
/// Random histories of writes, batches, times to live and restarts end as those of a model of unique keys that keeps a plain list.
/// </summary>
public sealed class UniqueKeyProperties
{
    private const int Steps = 300;
    private const string Policy = "\"uniqueKeyPolicy\":{\"uniqueKeys\":[{\"paths\":[\"/mail\"]}]}";
    private static readonly PartitionKey Key = new("k");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Should_refuse_what_a_living_document_claims_and_nothing_else(int seed)
    {
        using var directory = new TemporaryDirectory();
        var (random, clock) = (new Random(seed), new TestClock());
        var model = new Model();
        var account = await StartAsync();
        for (var step = 0; step < Steps; step++)
        {
            switch (random.Next(16))
            {
                case 0:
                    await account.DisposeAsync();
                    clock.Advance(TimeSpan.FromSeconds(random.Next(15)));
                    account = await StartAsync();
                    break;
                case 1:
                    clock.Advance(TimeSpan.FromSeconds(random.Next(6)));
                    break;
                case 2:
                    model.Redefine(random.Next(6) switch { 0 => null, 1 => -1, _ => 1 + random.Next(10) }, Now());
                    var properties = (await account.Container.ReadContainerAsync()).Resource;
                    properties.DefaultTimeToLive = model.DefaultTtl;
                    await account.Container.ReplaceContainerAsync(properties);
                    break;
                default:
                    await WriteAsync([.. Enumerable.Range(0, Math.Max(1, random.Next(-3, 4))).Select(_ => Operation.Next(random))], step);
                    break;
            }
        }

        await account.DisposeAsync();

        Task<CosmosAccount> StartAsync() => CosmosAccount.StartAsync(
            Policy + (model.DefaultTtl is { } ttl ? string.Create(CultureInfo.InvariantCulture, $",\"defaultTtl\":{ttl}") : ""),
            directory.Path,
            clock);

        long Now() => clock.GetUtcNow().ToUnixTimeSeconds();

        async Task WriteAsync(List<Operation> operations, int step)
        {
            var batch = operations.Aggregate(account.Container.CreateTransactionalBatch(Key), (batch, operation) => operation.AddTo(batch));
            using var response = await batch.ExecuteAsync();
            var expected = model.Write(operations, Now());
            Assert.True(
                expected == (int)response.StatusCode,
                $"Step {step}, {string.Join("; ", operations)}: {response.StatusCode} in place of {expected}");
        }
    }

    private sealed record Operation(string Verb, string Id, string Mail, int? Ttl)
    {
        public static Operation Next(Random random) => new(
            random.GetItems(["create", "upsert", "upsert", "patch", "replace", "delete"], 1)[0],
            $"d{random.Next(6)}",
            $"m{random.Next(4)}",
            random.Next(6) switch { 0 => null, 1 => -1, _ => 1 + random.Next(10) });

        private string Json => $$"""{"id":"{{Id}}","pk":"k","mail":"{{Mail}}"{{(Ttl is { } ttl ? $",\"ttl\":{ttl}" : "")}}}""";

        public TransactionalBatch AddTo(TransactionalBatch batch) => Verb switch
        {
            "create" => batch.CreateItemStream(CosmosAccount.Json(Json)),
            "upsert" => batch.UpsertItemStream(CosmosAccount.Json(Json)),
            "replace" => batch.ReplaceItemStream(Id, CosmosAccount.Json(Json)),
            "patch" => batch.PatchItem(Id, [PatchOperation.Set("/mail", Mail)]),
            _ => batch.DeleteItem(Id),
        };
    }

    private sealed record Document(string Mail, long WrittenAt, int? Ttl);

    private sealed class Model
    {
        private Dictionary<string, Document> _documents = new(StringComparer.Ordinal);

        public int? DefaultTtl { get; private set; }

        /// <summary>What has expired stays so.</summary>
        public void Redefine(int? defaultTtl, long now)
        {
            _documents = Living(_documents, now);
            DefaultTtl = defaultTtl;
        }

        /// <summary>The status of a batch: the first that fails, and then nothing is written.</summary>
        public int Write(List<Operation> operations, long now)
        {
            var after = Living(_documents, now);
            foreach (var operation in operations)
            {
                if (Refusal(after, operation) is { } status)
                {
                    return status;
                }

                var ttl = operation.Verb == "patch" ? after[operation.Id].Ttl : operation.Ttl;
                after.Remove(operation.Id);
                if (operation.Verb != "delete")
                {
                    after[operation.Id] = new Document(operation.Mail, now, ttl);
                }
            }

            _documents = after;
            return 200;
        }

        private static int? Refusal(Dictionary<string, Document> documents, Operation operation)
        {
            var isThere = documents.ContainsKey(operation.Id);
            var isTaken = operation.Verb != "delete"
                && documents.Any(other => other.Key != operation.Id && other.Value.Mail == operation.Mail);
            return operation.Verb switch
            {
                "create" when isThere => 409,
                "replace" or "patch" or "delete" when !isThere => 404,
                _ => isTaken ? 409 : null,
            };
        }

        private Dictionary<string, Document> Living(Dictionary<string, Document> documents, long now) =>
            documents.Where(one => ExpiryOf(one.Value) > now).ToDictionary(StringComparer.Ordinal);

        private long ExpiryOf(Document document) =>
            DefaultTtl is { } standard && (document.Ttl ?? standard) is > 0 and var seconds ? document.WrittenAt + seconds : long.MaxValue;
    }
}
