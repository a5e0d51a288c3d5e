using System.Buffers;
using System.Globalization;
using System.Text;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Queries;

/// <summary>
/// Queries over the documents of a container: of one logical partition, or of one range or all, partition after partition.
/// </summary>
internal sealed class QueryEndpoint(FaultGate gate, Meter meter)
{
    private const int StandardPage = 100;
    private const int LargestPage = 1000;

    public async ValueTask<CosmosResponse> AnswerAsync(CosmosRequest request, Container container)
    {
        var query = SqlParser.ParseRequest(request.Body, container.Time.GetUtcNow());
        var plan = QueryPlan.For(query, container.Definition);
        var named = request.Header("x-ms-documentdb-partitionkey") is { } header ? PartitionKeyValue.Parse(header) : null;
        var isSpread = named is null && NeedsDistribution(query);
        if (request.Is("x-ms-cosmos-is-query-plan-request"))
        {
            return isSpread ? DistributionPlan.For(query) : DistributionPlan.PassThrough();
        }

        if (isSpread && request.Header("x-ms-documentdb-partitionkeyrangeid") is null)
        {
            return AskForPlan(query);
        }

        var target = named is null ? container.Definition.Id : $"{container.Definition.Id}/{named}";
        return await gate.RunAsync("query", target, request, request => RunAsync(request, container, query, plan, named));
    }

    /// <summary>Refuses a query that only a client can put together; it finds the plan beside the reason.</summary>
    private static CosmosResponse AskForPlan(SelectQuery query) => CosmosResponse.Json(400, json =>
    {
        json.WriteString("code", "BadRequest");
        json.WriteString(
            "message",
            "The provided cross partition query can not be directly served by the gateway. "
                + "This is a first chance (internal) exception that all newer clients will know how to handle gracefully.");
        json.WriteString("additionalErrorInfo", DistributionPlan.For(query).Body.Span);
    }).With("x-ms-substatus", "1004");

    private static bool NeedsDistribution(SelectQuery query) =>
        query.Order.Keys.Count > 0 || query.IsGrouped || query.IsDistinct || query.Skip > 0 || query.Take < long.MaxValue;

    private static int PageSize(CosmosRequest request) =>
        request.Header("x-ms-max-item-count") is { } text && int.TryParse(text, CultureInfo.InvariantCulture, out var size)
            ? size > 0 ? Math.Min(size, LargestPage) : LargestPage
            : StandardPage;

    private async ValueTask<CosmosResponse> RunAsync(
        CosmosRequest request, Container container, SelectQuery query, QueryPlan plan, PartitionKeyValue? named)
    {
        var scope = new QueryScope(container, named, plan.Keys, request);
        if (scope.Ranges.Any(range => SessionToken.IsAhead(request.Header("x-ms-session-token"), range, range.Lsn)))
        {
            return CosmosResponse.Error(404, "The read session is not available for the input session token.", 1002);
        }

        var run = new QueryRun(query, plan, PageSize(request), container.Now);
        var from = request.Header("x-ms-continuation") is { Length: > 0 } token ? Continuation.Parse(token, plan.Columns) : null;
        var next = !query.HasFrom ? RunConstant(run, query, isAsked: named is not null || scope.Ranges[0] == container.Ranges[0])
            : !scope.IsOnePartition && query.Order.Keys.Count > 0 ? RunMerged(run, plan, scope, from, request.Body)
            : Run(run, scope, from, query);

        await container.Store.WhenDurableAsync(Math.Max(scope.Position, run.Position));
        var (loaded, bytes) = named is null || plan.ServesKey ? (run.Examined, run.ExaminedBytes) : scope.FoundForAnyKey(plan);
        var charge = RequestCharge.Query(loaded, bytes);
        meter.Add("cosmos", plan.IsScan || (named is not null && !plan.ServesKey) ? "scan" : "query", charge);
        var response = Page(container, run).Charged(charge).From(container, scope.Ranges[^1], scope.Lsn);
        if (named is not null)
        {
            response.With("x-ms-cosmos-query-requiresdistribution", "False");
        }

        return next is null ? response : response.With("x-ms-continuation", next.ToString());
    }

    /// <summary>Fills the page; returns where to go on, or null at the end.</summary>
    private static Continuation? Run(QueryRun run, QueryScope scope, Continuation? from, SelectQuery query)
    {
        if (from is not null)
        {
            run.GoOnFrom(from);
        }

        var skipped = run.Skip;
        foreach (var (partition, place) in scope.From(from?.Partition))
        {
            var after = run.Run(partition, from?.Partition is { } last && last.SequenceEqual(place) ? from.Position : null);
            if (run.IsDone)
            {
                return null;
            }

            if (run.IsFull)
            {
                return query.IsDistinct ? Again(run, skipped) : ContinuationAfter(run, place, after);
            }
        }

        if (query.IsGrouped)
        {
            run.AddGroups();
        }

        return run.IsFull ? Again(run, skipped) : null;
    }

    /// <summary>What DISTINCT and GROUP BY have seen isn't remembered: the next page counts again from the start.</summary>
    private static Continuation Again(QueryRun run, long skipped) => new() { Skip = skipped + run.Count, Take = run.Take };

    /// <summary>A query without FROM is answered once: across partitions by the first range.</summary>
    private static Continuation? RunConstant(QueryRun run, SelectQuery query, bool isAsked)
    {
        if (isAsked)
        {
            run.AddConstants();
        }

        if (isAsked && query.IsGrouped)
        {
            run.AddGroups();
        }

        return null;
    }

    /// <summary>Fills the page from all partitions in one order; repeats are the SDK's to leave out.</summary>
    private static Continuation? RunMerged(QueryRun run, QueryPlan plan, QueryScope scope, Continuation? from, ReadOnlyMemory<byte> request)
    {
        if (from is not null)
        {
            run.GoOnFrom(from);
        }

        var start = from is null ? ResumeFilter.In(request, plan) : from.Position;
        var after = run.Run(new MergedCandidates(plan, scope.From(null).Select(place => place.Partition), start), start);
        return run.IsFull ? ContinuationAfter(run, null, after) : null;
    }

    private static Continuation ContinuationAfter(QueryRun run, string[]? place, IndexPosition? after) => new()
    {
        Partition = place,
        Values = after is null ? null : Array.ConvertAll(after.Values, value => value.ToToken()),
        Number = after?.Number ?? 0,
        Skip = run.Skip,
        Take = run.Take,
        Given = run.Given.Rows,
        GivenOf = run.Given.Document,
    };

    private static CosmosResponse Page(Container container, QueryRun run)
    {
        var body = new ArrayBufferWriter<byte>(run.Documents.Length + 96);
        body.Write(Encoding.UTF8.GetBytes($$"""{"_rid":"{{container.ResourceId}}","Documents":["""));
        body.Write(run.Documents.Span);
        body.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""],"_count":{{run.Count}}}""")));
        return new CosmosResponse(200, body.WrittenMemory).With("x-ms-item-count", run.Count.ToString(CultureInfo.InvariantCulture));
    }
}
