using System.Globalization;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>
/// Whatever is written, and in whatever order, pages of a sorted and filtered query together are what a plain sort and filter give.
/// </summary>
public sealed class QueryProperties
{
    private const string Indexing = """
        "indexingPolicy":{"includedPaths":[{"path":"/seq/?"},{"path":"/type/?"}],"excludedPaths":[{"path":"/*"}]}
        """;

    [Fact]
    public Task Should_agree_with_a_plain_sort_and_filter()
    {
        var writes = Gen.Choose(0, 40)
            .SelectMany(id => Gen.Choose(-1, 30), (id, seq) => (Id: id, Seq: seq))
            .SelectMany(_ => Gen.Choose(0, 2), (write, type) => new WriteOf(write.Id, write.Seq, type));
        var cases = writes.ListOf().Resize(80)
            .SelectMany(_ => Gen.Choose(0, 30), (list, from) => (list, from))
            .SelectMany(_ => Gen.Choose(0, 30), (known, to) => (known.list, known.from, to))
            .SelectMany(_ => Gen.Choose(0, 15), (known, shape) => new Case([.. known.list], known.from, known.to, shape));

        // Away from the few threads that run tests, which waiting here would take from them.
        return Task.Run(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60),
            Prop.ForAll(cases.ToArbitrary(), one => AgreesAsync(one).GetAwaiter().GetResult())));
    }

    private static async Task<bool> AgreesAsync(Case one)
    {
        await using var account = await CosmosAccount.StartAsync(Indexing);
        var model = new Dictionary<string, (double? Seq, string Type, int Created)>(StringComparer.Ordinal);
        foreach (var (write, number) in one.Writes.Select((write, number) => (write, number)))
        {
            var id = write.Id.ToString(CultureInfo.InvariantCulture);
            if (write.Seq == 0)
            {
                using var deleted = await account.Container.DeleteItemStreamAsync(id, new PartitionKey("k"));
                Assert.Equal(model.Remove(id), deleted.IsSuccessStatusCode);
                continue;
            }

            var document = new JsonObject { ["id"] = id, ["pk"] = "k", ["type"] = $"t{write.Type}" };
            if (write.Seq > 0)
            {
                document["seq"] = write.Seq;
            }

            await account.Container.UpsertItemAsync(document);
            model[id] = (
                write.Seq > 0 ? write.Seq : null,
                $"t{write.Type}",
                model.TryGetValue(id, out var before) ? before.Created : number);
        }

        var descending = (one.Shape & 1) != 0;
        var typed = (one.Shape & 2) != 0;
        var top = (one.Shape & 4) != 0 ? 7 : int.MaxValue;
        var bounded = (one.Shape & 8) != 0;
        var sql = "SELECT " + (top < int.MaxValue ? "TOP 7 " : "") + "VALUE c.id FROM c WHERE "
            + (bounded ? "c.seq > @from AND c.seq <= @to" : "true") + (typed ? " AND c.type = 't1'" : "")
            + " ORDER BY c.seq" + (descending ? " DESC" : "");

        var selected = model.Where(
            item => (!bounded || (item.Value.Seq > one.From && item.Value.Seq <= one.To)) && (!typed || item.Value.Type == "t1"));
        var sorted = selected.OrderBy(item => item.Value.Seq ?? 0).ThenBy(item => item.Value.Created);
        var expected = (descending ? sorted.Reverse() : sorted).Take(top).Select(item => item.Key);

        var query = new QueryDefinition(sql).WithParameter("@from", one.From).WithParameter("@to", one.To);
        var pages = await account.PagesAsync(query, "k", pageSize: 3);
        Assert.Equal(expected, pages.SelectMany(page => page).Select(id => (string)id!), StringComparer.Ordinal);
        return true;
    }

    private sealed record WriteOf(int Id, int Seq, int Type);

    private sealed record Case(IReadOnlyList<WriteOf> Writes, int From, int To, int Shape);
}
