using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Items;

/// <summary>Many operations in one request: all or none of them on one partition key (transactional), or each for itself (bulk).</summary>
internal sealed class BatchEndpoint(FaultGate gate, Meter meter)
{
    private const int OperationLimit = 100;
    private const int AnswerLimitInBytes = 4 * 1024 * 1024;

    public async ValueTask<CosmosResponse> AnswerAsync(CosmosRequest request, Container container)
    {
        var operations = JsonBatchBody.IsOne(request.Body) ? JsonBatchBody.Read(request.Body) : await BatchBody.ReadAsync(request.Body);
        if (operations.Count > OperationLimit)
        {
            return CosmosResponse.Error(400, "Batch request has more operations than what is supported: 100.");
        }

        if (request.Body.Length > Draft.LimitInBytes)
        {
            return CosmosResponse.Error(413, "Request size is too large");
        }

        if (!request.Is("x-ms-cosmos-batch-atomic"))
        {
            return await gate.RunAsync("batch", container.Definition.Id, request, request => BulkAsync(request, container, operations));
        }

        var key = ItemEndpoint.KeyOf(request, container);
        return await gate.RunAsync(
            "batch",
            $"{container.Definition.Id}/{key}",
            request,
            request => TransactAsync(request, container, key, operations));
    }

    private async ValueTask<CosmosResponse> TransactAsync(
        CosmosRequest request,
        Container container,
        PartitionKeyValue key,
        IReadOnlyList<BatchOperation> operations)
    {
        var partition = container.GetOrAdd(key);
        if (SessionToken.IsAhead(request.Header("x-ms-session-token"), partition.Range, partition.Range.Lsn))
        {
            return CosmosResponse.Error(404, "The read session is not available for the input session token.", 1002);
        }

        var steps = new List<BatchStep>(operations.Count);
        try
        {
            foreach (var operation in operations)
            {
                steps.Add(BatchStep.Prepare(operation, container, key));
            }

            var (results, committed, lsn, position) = Run(partition, steps, request.RefuseConditions);
            await container.Store.WhenDurableAsync(position);
            var isPlainSuccess = committed && results.TrueForAll(result => result.Status < 300);
            return await AnswerAsync(request, isPlainSuccess ? 200 : 207, results, container, partition.Range, lsn);
        }
        finally
        {
            steps.ForEach(step => step.Dispose());
        }
    }

    private async ValueTask<CosmosResponse> BulkAsync(CosmosRequest request, Container container, IReadOnlyList<BatchOperation> operations)
    {
        var results = new List<BatchResult>(operations.Count);
        var range = container.Ranges[0];
        var (lsn, position) = (0L, 0L);
        foreach (var operation in operations)
        {
            var key = PartitionKeyValue.Parse(
                operation.PartitionKey ?? throw new RefusedException(400, "An operation of a bulk request has no partition key."));
            var partition = container.GetOrAdd(key);
            using var step = BatchStep.Prepare(operation, container, key);
            var one = Run(partition, [step], request.RefuseConditions);
            results.AddRange(one.Results);
            (range, lsn, position) = (partition.Range, one.Lsn, Math.Max(position, one.Position));
        }

        await container.Store.WhenDurableAsync(position);
        return await AnswerAsync(request, results.Exists(result => result.Status >= 400) ? 207 : 200, results, container, range, lsn);
    }

    private static (List<BatchResult> Results, bool Committed, long Lsn, long Position) Run(
        LogicalPartition partition,
        List<BatchStep> steps,
        bool refuseConditions)
    {
        var results = new List<BatchResult>(steps.Count);
        lock (partition.Lock)
        {
            lock (partition.Range.Lock)
            {
                var transaction = new Transaction(partition, refuseConditions);
                var bytes = 0L;
                foreach (var step in steps)
                {
                    var result = step.Run(transaction, partition);
                    bytes += result.Body.Length;

                    // As in the service, the last operation is the one that an answer is too large for.
                    var isTooLarge = result.Status < 400 && results.Count == steps.Count - 1 && bytes > AnswerLimitInBytes;
                    results.Add(isTooLarge ? new BatchResult(413, Charge: result.Charge) : result);
                    if (results[^1].Status >= 400)
                    {
                        return (RolledBack(results, steps.Count), false, partition.Lsn, partition.Position);
                    }
                }

                transaction.Commit();
                return (results, true, partition.Lsn, partition.Position);
            }
        }
    }

    /// <summary>Only the operation that failed keeps its status; what was rolled back keeps its charge.</summary>
    private static List<BatchResult> RolledBack(List<BatchResult> tried, int count) =>
        [.. Enumerable.Range(0, count).Select(index =>
            index == tried.Count - 1
                ? tried[index]
                : new BatchResult(BatchResult.FailedDependency, Charge: index < tried.Count ? tried[index].Charge : 0))];

    private async ValueTask<CosmosResponse> AnswerAsync(
        CosmosRequest request,
        int status,
        List<BatchResult> results,
        Container container,
        PartitionRange range,
        long lsn)
    {
        var charge = results.Sum(result => result.Charge);
        meter.Add("cosmos", "batch", charge);
        var body = JsonBatchBody.IsOne(request.Body) ? JsonBatchBody.Write(results) : await BatchBody.WriteAsync(results);
        return new CosmosResponse(status, body).Charged(charge).From(container, range, lsn);
    }
}
