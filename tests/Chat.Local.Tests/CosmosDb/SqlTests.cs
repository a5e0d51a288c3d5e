using System.Text.Json.Nodes;
using Chat.Local.CosmosDb.Sql;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>The query language beyond filters and paths, on one family of documents.</summary>
public sealed class SqlTests(SqlTests.Accounts accounts) : IClassFixture<SqlTests.Accounts>
{
    private static readonly string[] Documents =
    [
        """{"id":"a","pk":"k","kind":"x","n":1,"tags":["red","green"],"kids":[{"name":"Ann","age":5,"pets":["cat","dog"]},"""
            + """{"name":"Bob","age":9}]}""",
        """{"id":"b","pk":"k","kind":"x","n":2,"tags":[],"kids":[{"name":"Cy","age":7,"pets":["fish"]}]}""",
        """{"id":"c","pk":"k","kind":"y","n":4,"tags":["red"],"key":"n"}""",
        """{"id":"d","pk":"k","n":8,"tags":"none"}""",
    ];

    [Theory]
    [EveryDoor("SELECT VALUE t FROM c JOIN t IN c.tags", """["red","green","red"]""")]
    [EveryDoor("SELECT VALUE t FROM t IN c.tags", """["red","green","red"]""")]
    [EveryDoor("SELECT * FROM t IN c.tags", """["red","green","red"]""")]
    [EveryDoor("SELECT c.id, t AS tag FROM c JOIN t IN c.tags WHERE t != 'green'", """[{"id":"a","tag":"red"},{"id":"c","tag":"red"}]""")]
    [EveryDoor("SELECT VALUE [k.name, p] FROM c JOIN k IN c.kids JOIN p IN k.pets", """[["Ann","cat"],["Ann","dog"],["Cy","fish"]]""")]
    [EveryDoor("SELECT VALUE name FROM c.kids[0].name", """["Ann","Cy"]""")]
    [EveryDoor("SELECT VALUE k.age FROM c.kids[1] k", "[9]")]
    [EveryDoor("SELECT VALUE k FROM c JOIN (SELECT VALUE k.name FROM k IN c.kids WHERE k.age > 5) AS k", """["Bob","Cy"]""")]
    [EveryDoor("SELECT VALUE k FROM c JOIN k IN (SELECT VALUE k.name FROM k IN c.kids WHERE k.age > 5)", """["Bob","Cy"]""")]
    [EveryDoor("SELECT TOP 2 VALUE t FROM c JOIN t IN c.tags", """["red","green"]""")]
    [EveryDoor("SELECT VALUE t FROM c JOIN t IN c.tags OFFSET 1 LIMIT 2147483647", """["green","red"]""")]
    [EveryDoor("SELECT DISTINCT VALUE t FROM c JOIN t IN c.tags", """["red","green"]""")]
    [EveryDoor("SELECT VALUE COUNT(1) FROM c JOIN t IN c.tags", "[3]")]
    public Task Should_join_a_document_with_what_is_in_it(string sql, string expected, Door door) => AgreesAsync(sql, expected, door);

    [Theory]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = 'red')", """["a","c"]""")]
    [EveryDoor(
        "SELECT VALUE c.id FROM c WHERE NOT EXISTS(SELECT VALUE k FROM k IN c.kids WHERE EXISTS(SELECT VALUE p FROM p IN k.pets "
            + "WHERE p = 'dog' AND c.n = 1))",
        """["b","c","d"]""")]
    [EveryDoor(
        "SELECT c.id, ARRAY(SELECT VALUE k.name FROM k IN c.kids) AS names FROM c WHERE c.n < 3",
        """[{"id":"a","names":["Ann","Bob"]},{"id":"b","names":["Cy"]}]""")]
    [EveryDoor("SELECT VALUE ARRAY(SELECT DISTINCT VALUE LENGTH(k.name) FROM k IN c.kids) FROM c WHERE c.n = 1", "[[3]]")]
    [EveryDoor("SELECT VALUE (SELECT VALUE SUM(k.age) FROM k IN c.kids) FROM c WHERE c.n < 4", "[14,7]")]
    [EveryDoor("SELECT VALUE (SELECT VALUE COUNT(1) FROM t IN c.tags) FROM c", "[2,0,1,0]")]
    [EveryDoor(
        "SELECT c.id, (SELECT COUNT(1) AS n, MAX(k.age) AS oldest FROM k IN c.kids).oldest FROM c WHERE c.n < 3",
        """[{"id":"a","oldest":9},{"id":"b","oldest":7}]""")]
    [EveryDoor("SELECT VALUE (SELECT VALUE k.age FROM k IN c.kids WHERE k.name = 'Cy') FROM c", "[7]")]
    [EveryDoor("SELECT VALUE ARRAY(SELECT TOP 1 VALUE k.name FROM k IN c.kids)[0] FROM c", """["Ann","Cy"]""")]
    [EveryDoor(
        "SELECT VALUE ARRAY(SELECT k.age > 5 AS old, COUNT(1) AS n FROM k IN c.kids GROUP BY k.age > 5) FROM c WHERE c.n = 1",
        """[[{"old":false,"n":1},{"old":true,"n":1}]]""")]
    public Task Should_ask_a_document_about_itself(string sql, string expected, Door door) => AgreesAsync(sql, expected, door);

    [Theory]
    [EveryDoor(
        "SELECT c.kind, COUNT(1) AS n, SUM(c.n) AS sum FROM c GROUP BY c.kind",
        """[{"kind":"x","n":2,"sum":3},{"kind":"y","n":1,"sum":4},{"n":1,"sum":8}]""")]
    [EveryDoor("SELECT VALUE COUNT(1) FROM c GROUP BY c.kind", "[2,1,1]")]
    [EveryDoor("SELECT c.kind FROM c GROUP BY c.kind", """[{"kind":"x"},{"kind":"y"},{}]""")]
    [EveryDoor("SELECT c.n % 2 AS odd, COUNT(1) AS n FROM c GROUP BY c.n % 2", """[{"odd":1,"n":1},{"odd":0,"n":3}]""")]
    [EveryDoor("SELECT t, COUNT(1) FROM c JOIN t IN c.tags GROUP BY t", """[{"t":"red","$1":2},{"t":"green","$1":1}]""")]
    [EveryDoor(
        "SELECT c.kind, {\"n\": COUNT(1), \"last\": MAX(c.n)} AS all FROM c WHERE c.n < 8 GROUP BY c.kind",
        """[{"kind":"x","all":{"n":2,"last":2}},{"kind":"y","all":{"n":1,"last":4}}]""")]
    [EveryDoor("SELECT TOP 1 c.kind FROM c GROUP BY c.kind", """[{"kind":"x"}]""")]
    [EveryDoor("SELECT COUNTIF(c.n > 1) AS many, COUNT(c.kind) FROM c", """[{"many":3,"$1":3}]""")]
    [EveryDoor("SELECT VALUE COUNT(1) FROM c WHERE c.n > 99", "[0]")]
    [EveryDoor("SELECT VALUE COUNT(1) FROM c WHERE c.n > 99 GROUP BY c.kind", "[]")]
    public Task Should_group(string sql, string expected, Door door) => AgreesAsync(sql, expected, door);

    [Theory]
    [EveryDoor("SELECT VALUE 1", "[1]")]
    [EveryDoor("SELECT 1, 'two' AS two, 3", """[{"$1":1,"two":"two","$2":3}]""")]
    [EveryDoor("SELECT MIN(c.n) AS lo, COUNT(1) FROM c", """[{"lo":1,"$1":4}]""")]
    [EveryDoor("SELECT VALUE c.kind ?? c.tags ?? 'no' FROM c", """["x","x","y","none"]""")]
    [EveryDoor("SELECT VALUE c.n > 2 ? 'big' : c.n = 1 ? 'one' : 'small' FROM c", """["one","small","big","big"]""")]
    [EveryDoor("SELECT VALUE c[c.key] FROM c", "[4]")]
    [EveryDoor("SELECT VALUE -c.n + +1 FROM c", "[0,-1,-3,-7]")]
    [EveryDoor("SELECT VALUE {'a': [c.n, c.none]}.a[0] FROM c WHERE c.n = 8 -- the last", "[8]")]
    [EveryDoor("/* all */ SELECT /* but */ VALUE c.id -- one\n FROM c WHERE c.n > 7", """["d"]""")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.kind LIKE '[w-x]' OR c.id LIKE '[^abc]'", """["a","b","d"]""")]
    [EveryDoor("SELECT VALUE '50% off' LIKE '50!%%' ESCAPE '!'", "[true]")]
    [EveryDoor("SELECT VALUE '50 off' LIKE '50!%%' ESCAPE '!'", "[false]")]
    [EveryDoor(
        "SELECT VALUE ['a]' LIKE 'a[!]]' ESCAPE '!', '-' LIKE '[a!-z]' ESCAPE '!', 'm' LIKE '[a!-z]' ESCAPE '!', '^' LIKE '[x^-]', "
            + "'-' LIKE '[x^-]']",
        "[[true,true,false,true,true]]")]
    [EveryDoor("SELECT VALUE ['[]' LIKE '[]', 'a[^]' LIKE '_[^]', '[ab' LIKE '[a%', 'b' LIKE '[^a-a]']", "[[true,true,true,true]]")]
    [EveryDoor("SELECT TOP 0 VALUE 1", "[]")]
    [EveryDoor("SELECT VALUE c.id FROM c WHERE c.n BETWEEN 2 AND 4 OR c.n NOT BETWEEN 0 AND c.none", """["b","c"]""")]
    [EveryDoor(
        "SELECT VALUE [1 BETWEEN 2 AND 'x', 3 BETWEEN 2 AND 'x' ?? 'none', 1 BETWEEN 0 AND 2 BETWEEN true AND true]",
        """[[false,"none",true]]""")]
    [EveryDoor("SELECT VALUE CONCAT(c.id, '-x') LIKE c.id || '\\\\_x' ESCAPE '\\\\' FROM c WHERE c.n = 1", "[false]")]
    public Task Should_evaluate(string sql, string expected, Door door) => AgreesAsync(sql, expected, door);

    [Theory]
    [EveryDoor("REPLACE('a.b.c', '.', '')", "\"abc\"")]
    [EveryDoor("REPLACE('abc', '', 'x')", "\"abc\"")]
    [EveryDoor("LEFT('abc', 2) || RIGHT('abc', 2) || RIGHT('abc', 9)", "\"abbcabc\"")]
    [EveryDoor("LEFT('abc', 1.5)", "")]
    [EveryDoor("[LEFT('abc', -1), SUBSTRING('abc', -1, 2), SUBSTRING('abc', 1, 9)]", """["","","bc"]""")]
    [EveryDoor(
        "[LTRIM('  a '), RTRIM(' a  '), LTRIM('--a-', '-'), RTRIM('AdventureWorks', 'Works'), TRIM('-_-a-_-', '-_')]",
        """["a "," a","a-","Adventure","a"]""")]
    [EveryDoor(
        "[ToString(1.5), ToString(true), ToString([1,'a']), ToString('s'), ToString(null), ToString(undefined)]",
        """["1.5","true","[1,\"a\"]","s","null"]""")]
    [EveryDoor(
        "[StringToNumber(' 1.5 '), StringToNumber('x'), StringToBoolean('true'), StringToNull('null'), StringToArray('[1]'), "
            + "StringToObject('{\"a\":1}'), StringToArray('1')]",
        """[1.5,true,null,[1],{"a":1}]""")]
    [EveryDoor(
        "[ARRAY_SLICE([1,2,3], 1), ARRAY_SLICE([1,2,3], -2, 1), ARRAY_SLICE([1,2,3], 5), ARRAY_SLICE([1,2,3], 0, -1)]",
        "[[2,3],[2],[],[]]")]
    [EveryDoor("ARRAY_CONCAT([1], ['a'], [[2]])", """[1,"a",[2]]""")]
    [EveryDoor(
        "[ARRAY_CONTAINS_ANY([1,2], 3, 2), ARRAY_CONTAINS_ANY([1,2], 3), ARRAY_CONTAINS_ALL([1,2], 2, 1), ARRAY_CONTAINS_ALL([1,2], 2, 3)]",
        "[true,false,true,false]")]
    [EveryDoor(
        "[SetIntersect([1,'a',{\"x\":1,\"y\":2},1], [{\"y\":2,\"x\":1},1]), SetUnion([1,2,2], [2,3])]", """[[1,{"x":1,"y":2}],[1,2,3]]""")]
    [EveryDoor(
        "[ROUND(2.5), ROUND(-2.5), ROUND(1.255, 1), POWER(2, 10), SQRT(16), SIGN(-3), SQUARE(3), TRUNC(-1.7)]",
        "[3,-3,1.3,1024,4,-1,9,-1]")]
    [EveryDoor("[SQRT(-1), 1 / 0, LOG(0)]", "[]")]
    [EveryDoor(
        "[IS_INTEGER(1), IS_INTEGER(1.5), IS_INTEGER('1'), IIF(1 = 1, 'y', 'n'), IIF(1, 'y', 'n')]", """[true,false,false,"y","n"]""")]
    [EveryDoor(
        "[RegexMatch('abcd', 'ABC', 'i'), RegexMatch('abcd', '^b'), RegexMatch('a\\nb', '^b$', 'm'), RegexMatch('ab', 'a b', 'x')]",
        "[true,false,true,true]")]
    [EveryDoor("[INDEX_OF('abab', 'b'), INDEX_OF('abab', 'b', 2), INDEX_OF('abab', 'c'), INDEX_OF('a', 'a', 9)]", "[1,3,-1,-1]")]
    [EveryDoor("[REVERSE('abc'), REPLICATE('ab', 2)]", """["cba","abab"]""")]
    public Task Should_call(string expression, string expected, Door door) =>
        AgreesAsync($"SELECT VALUE {expression}", $"[{expected}]", door);

    [Theory]
    [InlineData("DateTimeAdd('mm', 1, '2020-01-31T00:00:00.0000000Z')", "\"2020-02-29T00:00:00.0000000Z\"")]
    [InlineData("DateTimeAdd('ns', 1234567, '2020-01-01')", "\"2020-01-01T00:00:00.0012345Z\"")]
    [InlineData(
        "[DateTimeDiff('year', '2018-12-31T23:59:59Z', '2019-01-01T00:00:00Z'), DateTimeDiff('hour', '2018-01-01T01:01:00Z', "
            + "'2018-01-01T03:00:00Z'), DateTimeDiff('month', '2019-03-01', '2018-12-31')]",
        "[1,2,-3]")]
    [InlineData(
        "[DateTimePart('mm', '2020-01-02T03:04:05.6789123Z'), DateTimePart('mcs', '2020-01-02T03:04:05.6789123Z'), DateTimePart('ns', "
            + "'2020-01-02T03:04:05.6789123Z'), DateTimePart('xx', '2020-01-02')]",
        "[1,678912,678912300]")]
    [InlineData(
        "[DateTimeFromParts(2020, 9, 4), DateTimeFromParts(2020, 9, 4, 10, 52, 12, 3456789), DateTimeFromParts(2020, 13, 1)]",
        """["2020-09-04T00:00:00.0000000Z","2020-09-04T10:52:12.3456789Z"]""")]
    [InlineData(
        "[DateTimeToTimestamp('2020-07-09T23:20:13.4575530Z'), DateTimeToTicks('1970-01-01T00:00:01Z'), "
            + "TimestampToDateTime(1594227912345), TicksToDateTime(10000000)]",
        """[1594336813457,10000000,"2020-07-08T17:05:12.3450000Z","1970-01-01T00:00:01.0000000Z"]""")]
    [InlineData(
        "[DateTimeBin('2021-06-28T17:24:29.2991234Z', 'hh'), DateTimeBin('2021-06-28T17:24:29Z', 'day', 5, '2021-06-01'), "
            + "DateTimeBin('2021-06-28', 'yy', 2)]",
        """["2021-06-28T17:00:00.0000000Z","2021-06-26T00:00:00.0000000Z","2020-01-01T00:00:00.0000000Z"]""")]
    [InlineData(
        "[GetCurrentDateTime(), GetCurrentTimestamp(), GetCurrentTicksStatic(), DateTimeAdd('yy', 90000, '2020-01-01')]",
        """["1970-01-01T00:00:07.0000000Z",7000,70000000]""")]
    public void Should_reckon_with_time(string expression, string expected)
    {
        var query = SqlParser.Parse(
            $"SELECT VALUE {expression}",
            new Dictionary<string, SqlValue>(),
            DateTimeOffset.FromUnixTimeSeconds(7));

        Assert.Equal(expected, JsonNode.Parse(Json.Utf8(Assert.Single(query.Results(query.NewRow()))))!.ToJsonString());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_take_as_many_conditions_as_a_query_is_long(Door door)
    {
        var account = accounts[door];

        Assert.Equal(4, (await account.QueryAsync(
            "SELECT * FROM c WHERE " + string.Join(" OR ", Enumerable.Repeat("1=2", 5000)) + " OR c.n > 0")).Count);
        Assert.Equal(4, (await account.QueryAsync("SELECT * FROM c WHERE " + string.Join(" AND ", Enumerable.Repeat("1=1", 5000)))).Count);
        Assert.Equal(
            [1000],
            (await account.QueryAsync("SELECT VALUE " + string.Join('+', Enumerable.Repeat("1", 1000)))).Select(sum => (int)sum!));
        Assert.Equal(
            [1],
            (await account.QueryAsync($"SELECT VALUE {new string('(', 250)}1{new string(')', 250)}")).Select(one => (int)one!));
    }

    /// <summary>The deepest that a query can be within the limits: evaluation must have the stack for it.</summary>
    [Theory]
    [EveryDoor("(false OR true AND 1 = 'a' || 2 + 3 * ", "1", ")", 250)]
    [EveryDoor("(SELECT VALUE false OR 1 = 'a' || ", "'b'", ")", 28)]
    [EveryDoor("EXISTS(SELECT DISTINCT VALUE x FROM c JOIN (SELECT VALUE 1) x WHERE true AND ", "true", ")", 27)]
    public async Task Should_evaluate_as_deep_as_it_takes_queries(
        string before, string middle, string after, int times, Door door)
    {
        var account = accounts[door];
        var (opening, closing) = (string.Concat(Enumerable.Repeat(before, times)), string.Concat(Enumerable.Repeat(after, times)));
        var chain = string.Concat(Enumerable.Repeat("+1", 990));

        Assert.Equal(4, (await account.QueryAsync($"SELECT c.id, {opening}{middle}{chain}{closing} AS deep FROM c")).Count);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_compare_once_in_a_chain_of_ranges(Door door)
    {
        var account = accounts[door];

        var results = await account.QueryAsync("SELECT VALUE 1" + string.Concat(Enumerable.Repeat(" BETWEEN false AND true", 500)));

        Assert.Equal([false], results.Select(result => (bool)result!).DefaultIfEmpty());
    }

    [Theory]
    [EveryDoor]
    public async Task Should_give_every_row_of_a_document_that_comes_after_a_deleted_one(Door door)
    {
        await using var account = await WithDocumentsAsync(door);
        await account.CreateAsync("""{"id":"x","pk":"k","parts":["x1","x2","x3"]}""");
        await account.CreateAsync("""{"id":"y","pk":"k","parts":["y1","y2","y3"]}""");
        var options = new QueryRequestOptions
        {
            PartitionKey = new PartitionKey("k"),
            EnableOptimisticDirectExecution = true,
            MaxItemCount = 2,
        };
        const string Sql = "SELECT VALUE p FROM c JOIN p IN c.parts";
        using var first = account.Container.GetItemQueryIterator<string>(Sql, requestOptions: options);
        var page = await first.ReadNextAsync();
        await account.Container.DeleteItemAsync<JsonObject>("x", new PartitionKey("k"));

        using var second = account.Container.GetItemQueryIterator<string>(Sql, page.ContinuationToken, options);
        var rest = new List<string>();
        while (second.HasMoreResults)
        {
            rest.AddRange(await second.ReadNextAsync());
        }

        Assert.Equal(["x1", "x2"], page);
        Assert.Equal(["y1", "y2", "y3"], rest);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_give_all_rows_of_joined_documents_over_pages_of_any_size(Door door)
    {
        await using var account = await WithDocumentsAsync(door);
        var query = new QueryDefinition(
            "SELECT VALUE k.name || '-' || t FROM c JOIN k IN c.kids JOIN t IN (SELECT VALUE x FROM x IN c.three)");
        await account.CreateAsync("""{"id":"e","pk":"k","three":["1","2","3"],"kids":[{"name":"Di"},{"name":"Ed"}]}""");

        for (var size = 1; size < 8; size++)
        {
            var pages = await account.PagesAsync(query, "k", size);

            Assert.Equal("Di-1 Di-2 Di-3 Ed-1 Ed-2 Ed-3", string.Join(' ', pages.SelectMany(page => page)));
            Assert.All(pages, page => Assert.True(page.Count <= size, $"A page of at most {size} has {page.Count}."));
        }
    }

    private async Task AgreesAsync(string sql, string expected, Door door) => Assert.Equal(
        JsonNode.Parse(expected)!.ToJsonString(), new JsonArray([.. await accounts[door].QueryAsync(sql)]).ToJsonString());

    private static async Task<CosmosAccount> WithDocumentsAsync(Door door)
    {
        var account = await CosmosAccount.StartAsync(door: door);
        foreach (var document in Documents)
        {
            await account.CreateAsync(document);
        }

        return account;
    }

    public sealed class Accounts() : SharedAccounts("", Documents);
}
