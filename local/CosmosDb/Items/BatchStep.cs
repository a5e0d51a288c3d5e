using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Items;

/// <summary>An operation of a batch, parsed before the partition is locked.</summary>
internal sealed class BatchStep : IDisposable
{
    private readonly BatchOperation _operation;
    private Draft? _draft;
    private Patch? _patch;
    private RefusedException? _refused;

    private BatchStep(BatchOperation operation) => _operation = operation;

    public static BatchStep Prepare(BatchOperation operation, Container container, PartitionKeyValue key)
    {
        var step = new BatchStep(operation);
        try
        {
            if (operation.Verb is BatchVerb.Create or BatchVerb.Replace or BatchVerb.Upsert)
            {
                step._draft = Draft.Parse(operation.Body);
                ItemEndpoint.KeyOf(step._draft, key.Text, container);
            }
            else if (operation.Verb is BatchVerb.Patch)
            {
                step._patch = Patch.Parse(operation.Body);
            }
        }
        catch (RefusedException refused)
        {
            step._refused = refused;
        }

        return step;
    }

    public BatchResult Run(Transaction transaction, LogicalPartition partition)
    {
        if (_refused is not null)
        {
            return new BatchResult(_refused.Status, _refused.SubStatus);
        }

        try
        {
            var outcome = Apply(transaction);
            if (outcome.Failed || outcome.Item is not { } item)
            {
                return new BatchResult(outcome.Status, Charge: outcome.Charge);
            }

            var hasBody = outcome.Status != 304 && (!_operation.WantsNoContent || _operation.Verb == BatchVerb.Read);
            return new BatchResult(
                outcome.Status,
                0,
                partition.Container.ETagOf(partition.Range, item.Version),
                hasBody ? item.Body : default,
                outcome.Charge);
        }
        catch (RefusedException refused)
        {
            return new BatchResult(refused.Status, refused.SubStatus);
        }
    }

    public void Dispose() => _draft?.Dispose();

    private Outcome Apply(Transaction transaction) => _operation.Verb switch
    {
        BatchVerb.Create => transaction.Create(_draft!),
        BatchVerb.Upsert => transaction.Upsert(_draft!, _operation.IfMatch),
        BatchVerb.Replace => transaction.Replace(_operation.Id!, _draft!, _operation.IfMatch),
        BatchVerb.Patch => transaction.Patch(_operation.Id!, _patch!, _operation.IfMatch),
        BatchVerb.Delete => transaction.Delete(_operation.Id!, _operation.IfMatch),

        // The service takes either condition of a read as one on what has changed: unchanged is 304.
        BatchVerb.Read => transaction.Read(_operation.Id!, _operation.IfNoneMatch ?? _operation.IfMatch),
        _ => throw new RefusedException(400, $"A batch has no operation {(int)_operation.Verb}."),
    };
}
