using System.Buffers;
using System.Globalization;
using System.Text;
using Chat.Local.CosmosDb.Items;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.ChangeFeed;

/// <summary>
/// The change feed of a range or of a logical partition: the latest version of what was written since, in the order of the writes.
/// </summary>
/// <remarks>
/// The ETag of a page is the log sequence number to go on from. The writes of one batch are never divided over two pages.
/// </remarks>
internal sealed class ChangeFeedEndpoint(FaultGate gate, Meter meter)
{
    private const int StandardPage = 100;

    public ValueTask<CosmosResponse> AnswerAsync(CosmosRequest request, Container container)
    {
        var key = request.Header("x-ms-documentdb-partitionkey") is { } header ? PartitionKeyValue.Parse(header) : null;
        if (key?.Components.Count < container.Definition.KeyPaths.Count)
        {
            throw ContainerRules.Unsupported("the change feed of a prefix of a hierarchical partition key");
        }

        var target = key is null ? container.Definition.Id : $"{container.Definition.Id}/{key}";
        return gate.RunAsync("changefeed", target, request, request => RunAsync(request, container, key));
    }

    private async ValueTask<CosmosResponse> RunAsync(CosmosRequest request, Container container, PartitionKeyValue? key)
    {
        var partition = key is null ? null : container.Find(key.Text);
        var range = key is null
            ? RangeOf(request, container)
            : partition?.Range ?? container.RangeOf(key.Effective());
        var max = int.TryParse(request.Header("x-ms-max-item-count"), CultureInfo.InvariantCulture, out var size) && size > 0
            ? size
            : StandardPage;
        var start = Start(request, range);
        var page = key is null
            ? ChangeReader.OfRange(container, range, start, max)
            : partition is null ? new ChangePage([], start.Lsn, range.Position) : ChangeReader.OfPartition(partition, start, max);
        await container.Store.WhenDurableAsync(page.Position);

        var bytes = page.Items.Sum(item => (long)item.Body.Length);
        var charge = RequestCharge.ChangeFeed(bytes);
        meter.Add("cosmos", "changefeed", charge);
        return Page(container, page.Items)
            .With("etag", string.Create(CultureInfo.InvariantCulture, $"\"{page.Lsn}\""))
            .With("x-ms-item-count", page.Items.Count.ToString(CultureInfo.InvariantCulture))
            .Charged(charge)
            .From(container, range, page.Lsn);
    }

    private static PartitionRange RangeOf(CosmosRequest request, Container container)
    {
        var id = request.Header("x-ms-documentdb-partitionkeyrangeid")
            ?? throw new RefusedException(400, "The change feed is read by range or by partition key.");
        var range = container.RangeWithId(id) ?? throw new RefusedException(410, "The partition key range is gone.", 1002);
        return string.CompareOrdinal(request.Header("x-ms-start-epk") ?? "", range.Min) <= 0
            && string.CompareOrdinal(request.Header("x-ms-end-epk") ?? "FF", range.Max) >= 0
            ? range
            : throw new RefusedException(400, "The change feed of a part of a range isn't supported here.");
    }

    private static ChangeStart Start(CosmosRequest request, PartitionRange range)
    {
        if (request.Header("If-None-Match") is { Length: > 0 } etag)
        {
            return etag == "*"
                ? new ChangeStart(range.Lsn, DateTimeOffset.MinValue)
                : long.TryParse(etag.Trim('"'), CultureInfo.InvariantCulture, out var lsn)
                    ? new ChangeStart(lsn, DateTimeOffset.MinValue)
                    : throw new RefusedException(400, $"The continuation {etag} isn't one of the change feed.");
        }

        return DateTimeOffset.TryParse(
            request.Header("If-Modified-Since"),
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal,
            out var since)
            ? new ChangeStart(0, since)
            : new ChangeStart(0, DateTimeOffset.MinValue);
    }

    private static CosmosResponse Page(Container container, IReadOnlyList<Item> items)
    {
        if (items.Count == 0)
        {
            return new CosmosResponse(304);
        }

        var body = new ArrayBufferWriter<byte>(1024);
        body.Write(Encoding.UTF8.GetBytes($$"""{"_rid":"{{container.ResourceId}}","Documents":["""));
        for (var i = 0; i < items.Count; i++)
        {
            // As in the service, a document of the feed also carries its log sequence number.
            body.Write(i == 0 ? ""u8 : ","u8);
            body.Write(items[i].Body.Span[..^1]);
            body.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$""","_lsn":{{items[i].Lsn}}}""")));
        }

        body.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$"""],"_count":{{items.Count}}}""")));
        return new CosmosResponse(200, body.WrittenMemory);
    }
}
