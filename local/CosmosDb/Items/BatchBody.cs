using Chat.Local.CosmosDb.Protocol;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Cosmos.Serialization.HybridRow;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.IO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Layouts;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.RecordIO;
using Microsoft.Azure.Cosmos.Serialization.HybridRow.Schemas;

namespace Chat.Local.CosmosDb.Items;

/// <summary>Reads and writes the bodies of batches: records of HybridRow, by the schema that the SDK carries.</summary>
internal static class BatchBody
{
    private static readonly Namespace Schemas = LoadSchemas();
    private static readonly LayoutResolverNamespace Resolver = new(Schemas);
    private static readonly Layout ResultLayout = Resolver.Resolve(Schemas.Schemas.Find(schema => schema.Name == "BatchResult")!.SchemaId);

    public static async Task<IReadOnlyList<BatchOperation>> ReadAsync(ReadOnlyMemory<byte> body)
    {
        var operations = new List<BatchOperation>();
        using var stream = new MemoryStream(body.ToArray(), writable: false);
        var result = await stream.ReadRecordIOAsync(
            (ReadOnlyMemory<byte> record) =>
            {
                var read = ReadOperation(record, out var operation);
                operations.Add(operation!);
                return read;
            },
            segment => Result.Success,
            new MemorySpanResizer<byte>(Math.Max(body.Length, 1024)));
        return result == Result.Success ? operations : throw new RefusedException(400, $"The body of the batch can't be read: {result}.");
    }

    public static async Task<ReadOnlyMemory<byte>> WriteAsync(IReadOnlyList<BatchResult> results)
    {
        var resizer = new MemorySpanResizer<byte>(4096);
        using var stream = new MemoryStream();
        Result Produce(long index, out ReadOnlyMemory<byte> record)
        {
            if (index >= results.Count)
            {
                record = default;
                return Result.Success;
            }

            var row = new RowBuffer(resizer.Memory.Length, resizer);
            row.InitLayout(HybridRowVersion.V1, ResultLayout, Resolver);
            var written = RowWriter.WriteBuffer(ref row, results[(int)index], WriteResult);
            record = resizer.Memory[..row.Length];
            return written;
        }

        var result = await stream.WriteRecordIOAsync(default(Segment), Produce);
        return result == Result.Success
            ? stream.ToArray()
            : throw new InvalidOperationException($"The results of a batch can't be written: {result}.");
    }

    private static Namespace LoadSchemas()
    {
        using var reader = new StreamReader(
            typeof(CosmosClient).Assembly.GetManifestResourceStream("Microsoft.Azure.Cosmos.Batch.HybridRowBatchSchemas.json")!);
        return Namespace.Parse(reader.ReadToEnd());
    }

    private static Result ReadOperation(ReadOnlyMemory<byte> record, out BatchOperation? operation)
    {
        var (verb, id, key, ifMatch, ifNoneMatch, minimal) = (0, default(string), default(string), default(string), default(string), false);
        byte[] body = [];
        operation = null;
        var row = new RowBuffer(record.Length);
        if (!row.ReadFrom(record.Span, HybridRowVersion.V1, Resolver))
        {
            return Result.Failure;
        }

        var reader = new RowReader(ref row);
        while (reader.Read())
        {
            var result = reader.Path.ToString() switch
            {
                "operationType" => reader.ReadInt32(out verb),
                "id" => reader.ReadString(out id),
                "partitionKey" => reader.ReadString(out key),
                "resourceBody" => reader.ReadBinary(out body),
                "ifMatch" => reader.ReadString(out ifMatch),
                "ifNoneMatch" => reader.ReadString(out ifNoneMatch),
                "minimalReturnPreference" => reader.ReadBool(out minimal),
                _ => Result.Success,
            };
            if (result != Result.Success)
            {
                return result;
            }
        }

        operation = new BatchOperation((BatchVerb)verb, id, key, body, ifMatch, ifNoneMatch, minimal);
        return Result.Success;
    }

    private static Result WriteResult(ref RowWriter writer, TypeArgument type, BatchResult result)
    {
        var written = writer.WriteInt32("statusCode", result.Status);
        if (written == Result.Success && result.SubStatus != 0)
        {
            written = writer.WriteInt32("subStatusCode", result.SubStatus);
        }

        if (written == Result.Success && result.ETag is not null)
        {
            written = writer.WriteString("eTag", result.ETag);
        }

        if (written == Result.Success && !result.Body.IsEmpty)
        {
            written = writer.WriteBinary("resourceBody", result.Body.Span);
        }

        return written == Result.Success ? writer.WriteFloat64("requestCharge", result.Charge) : written;
    }
}
