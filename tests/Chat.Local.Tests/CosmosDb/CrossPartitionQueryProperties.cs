using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>
/// Whatever is in the partitions and however large the pages, a query over all of them is what a plain filter and sort give. Values are
/// numbered in the order in which the service sorts them, so that the model compares their numbers.
/// </summary>
public sealed class CrossPartitionQueryProperties
{
    private const string Indexing = """
        "indexingPolicy":{"includedPaths":[{"path":"/*"},{"path":"/a/?"},{"path":"/b/?"}],"excludedPaths":[],
        "compositeIndexes":[[{"path":"/a","order":"ascending"},{"path":"/b","order":"descending"}]]}
        """;

    private static readonly string?[] Values = [null, "null", "false", "true", "-1", "2", "2.5", "\"\"", "\"a\"", "\"b\""];

    private static readonly (string Sql, Func<Document, bool> Holds)[] Filters =
    [
        ("true", _ => true),
        ("c.b > 2", document => document.B > 2),
        ("c.a = 2 OR c.a = 'a'", document => document.A is 5 or 8),
        ("IS_DEFINED(c.a) AND c.b <= 3", document => document.A > 0 && document.B <= 3),
        (
            "c.pk = 'k3' OR (c.pk IN ('k1', 'k5') AND c.b > 2)",
            document => document.Key is "k3" || (document.Key is "k1" or "k5" && document.B > 2)),
        (
            "(c.pk = 'k1' AND c.id = '3') OR (c.pk = 'k2' AND c.id IN ('5', '6'))",
            document => document is { Key: "k1", Id: "3" } or { Key: "k2", Id: "5" or "6" }),
        ("c.pk = 'k1' OR c.b > 2", document => document.Key is "k1" || document.B > 2),
    ];

    private static readonly (string Sql, Func<Document, (int, int)> Key)[] Orders =
    [
        ("c.a", document => (document.A, 0)),
        ("c.a DESC", document => (-document.A, 0)),
        ("c.b", document => (document.B, 0)),
        ("c.a, c.b DESC", document => (document.A, -document.B)),
        ("c.a DESC, c.b", document => (-document.A, document.B)),
    ];

    private static readonly Gen<Document[]> SomeDocuments = Gen.Choose(0, Values.Length - 1)
        .SelectMany(_ => Gen.Choose(0, 5), (a, b) => (a, b))
        .SelectMany(_ => Gen.Choose(0, 9), (values, key) => new Document("", $"k{key}", values.a, values.b))
        .ListOf().Resize(40)
        .Select(list => list.Select((document, number) => document with { Id = number.ToString(CultureInfo.InvariantCulture) }).ToArray());

    private static readonly Gen<Question> SomeQuestion = Gen.Choose(0, Filters.Length - 1)
        .SelectMany(_ => Gen.Choose(0, Orders.Length - 1), (filter, order) => (filter, order))
        .SelectMany(_ => Gen.Choose(0, 2), (known, bound) => (known.filter, known.order, bound))
        .SelectMany(_ => Gen.Choose(1, 7), (known, pageSize) => new Question(known.filter, known.order, known.bound, pageSize));

    [Fact]
    public Task Should_sort_and_bound_as_a_plain_sort_does() => CheckAll(40, AgreesAsync);

    [Fact]
    public Task Should_lose_and_repeat_nothing_while_others_write() => CheckAll(15, AgreesWhileOthersWriteAsync);

    [Fact]
    public Task Should_fold_as_plain_sums_do() => CheckAll(30, FoldsAsync);

    /// <summary>Away from the few threads that run tests, which waiting here would take from them.</summary>
    private static Task CheckAll(int cases, Func<Document[], Question, Task> holds) => Task.Run(() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(cases),
        Prop.ForAll(SomeDocuments.SelectMany(_ => SomeQuestion, (documents, question) => (documents, question)).ToArbitrary(), one =>
        {
            holds(one.documents, one.question).GetAwaiter().GetResult();
            return true;
        })));

    private static async Task AgreesAsync(Document[] documents, Question question)
    {
        await using var account = await WithAsync(documents);
        var (skip, take) = question.Bound switch { 0 => (0, int.MaxValue), 1 => (0, 5), _ => (3, 6) };
        var key = Orders[question.Order].Key;
        var expected = documents.Where(Filters[question.Filter].Holds).Select(key).Order().Skip(skip).Take(take).ToList();

        var inOneGo = (await account.PagesAsync(new QueryDefinition(question.Sql), key: null, question.PageSize))
            .SelectMany(page => page)
            .Select(id => (string)id!)
            .ToList();
        var resumed = await ResumedAsync(account, question, () => Task.CompletedTask);

        foreach (var found in new[] { inOneGo, resumed })
        {
            Assert.Equal(expected, found.Select(id => key(documents[int.Parse(id, CultureInfo.InvariantCulture)])));
            Assert.Equal(found.Count, found.Distinct(StringComparer.Ordinal).Count());
        }
    }

    private static async Task AgreesWhileOthersWriteAsync(Document[] documents, Question question)
    {
        question = question with { Bound = 0 };
        await using var account = await WithAsync(documents);
        var written = new Dictionary<string, Document>(StringComparer.Ordinal);
        var found = await ResumedAsync(account, question, async () =>
        {
            // Not for ever: the query has to overtake the writers some time.
            foreach (var template in documents.Take(written.Count < 60 ? 5 : 0))
            {
                var one = template with { Id = $"new {written.Count}", A = (template.A + written.Count) % Values.Length };
                written.Add(one.Id, one);
                await account.CreateAsync(one.ToJson());
            }
        });

        var (holds, key) = (Filters[question.Filter].Holds, Orders[question.Order].Key);
        var all = found.ConvertAll(
            id => written.TryGetValue(id, out var one) ? one : documents[int.Parse(id, CultureInfo.InvariantCulture)]);
        Assert.Equal(all.Select(key).Order(), all.Select(key));
        Assert.Equal(found.Count, found.Distinct(StringComparer.Ordinal).Count());
        Assert.True(all.TrueForAll(document => holds(document)));
        Assert.Empty(documents.Where(holds).Select(document => document.Id).Except(found, StringComparer.Ordinal));
    }

    private static async Task FoldsAsync(Document[] documents, Question question)
    {
        await using var account = await WithAsync(documents);
        var selected = documents.Where(Filters[question.Filter].Holds).ToList();
        var defined = selected.Where(document => document.A > 0).Select(document => document.A).ToList();
        var results = new Dictionary<string, IEnumerable<string>>(StringComparer.Ordinal)
        {
            ["VALUE COUNT(1)"] = [$"{selected.Count}"],
            ["VALUE COUNT(c.a)"] = [$"{defined.Count}"],
            ["VALUE SUM(c.b)"] = [$"{selected.Sum(document => document.B)}"],
            ["VALUE MIN(c.a)"] = defined.Count == 0 ? [] : [Values[defined.Min()]!],
            ["VALUE MAX(c.a)"] = defined.Count == 0 ? [] : [Values[defined.Max()]!],
            ["VALUE SUM(c.a)"] = defined.TrueForAll(value => value is >= 4 and <= 6)
                ? [defined.Sum(value => double.Parse(Values[value]!, CultureInfo.InvariantCulture)).ToString(CultureInfo.InvariantCulture)]
                : [],
            ["VALUE AVG(c.b)"] = selected.Count == 0
                ? []
                : [selected.Average(document => document.B).ToString(CultureInfo.InvariantCulture)],
            ["DISTINCT VALUE c.a"] = defined.Distinct().Order().Select(value => Values[value]!),
        };
        foreach (var (list, expected) in results)
        {
            var found = await account.PagesAsync(
                new QueryDefinition($"SELECT {list} FROM c WHERE {Filters[question.Filter].Sql}"),
                key: null,
                question.PageSize);
            Assert.Equal(expected.Order(StringComparer.Ordinal), found.SelectMany(page => page)
                .Select(value => value is null ? "null" : value.ToJsonString())
                .Order(StringComparer.Ordinal));
        }
    }

    /// <summary>Runs a query with a new iterator for every page, as callers do who hand continuation tokens to their clients.</summary>
    private static async Task<List<string>> ResumedAsync(CosmosAccount account, Question question, Func<Task> betweenPagesAsync)
    {
        var found = new List<string>();
        string? token = null;
        do
        {
            using var query = account.Container.GetItemQueryIterator<string>(
                question.Sql,
                token,
                new QueryRequestOptions { MaxItemCount = question.PageSize });
            var page = await query.ReadNextAsync();
            found.AddRange(page);
            token = page.ContinuationToken;
            await betweenPagesAsync();
        }
        while (token is not null);
        return found;
    }

    private static async Task<CosmosAccount> WithAsync(Document[] documents)
    {
        var account = await CosmosAccount.StartAsync(Indexing);
        foreach (var document in documents)
        {
            await account.CreateAsync(document.ToJson());
        }

        return account;
    }

    /// <param name="A">The number of its value in <see cref="Values"/>.</param>
    private sealed record Document(string Id, string Key, int A, int B)
    {
        public string ToJson() => $$"""{"id":"{{Id}}","pk":"{{Key}}","b":{{B}}{{(A > 0 ? $",\"a\":{Values[A]}" : "")}}}""";
    }

    private sealed record Question(int Filter, int Order, int Bound, int PageSize)
    {
        public string Sql =>
            $"SELECT {(Bound == 1 ? "TOP 5 " : "")}VALUE c.id FROM c WHERE {Filters[Filter].Sql} "
                + $"ORDER BY {Orders[Order].Sql}{(Bound == 2 ? " OFFSET 3 LIMIT 6" : "")}";
    }
}
