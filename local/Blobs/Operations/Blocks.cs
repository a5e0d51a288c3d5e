using System.Globalization;
using System.Xml.Linq;
using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>Put Block, Put Block List, Get Block List.</summary>
internal sealed class Blocks(BlobAccount account)
{
    /// <summary>https://learn.microsoft.com/rest/api/storageservices/put-block, as of version 2019-12-12.</summary>
    private const long MaxBytes = 4_000L * 1024 * 1024;

    private const int MaxIdBytes = 64;
    private const int MaxUncommitted = 100_000;
    private const int MaxCommitted = 50_000;

    public async ValueTask<BlobAnswer> PutAsync(BlobRequest request, CancellationToken cancellationToken)
    {
        var id = request.Parameter("blockid") ?? throw Refusals.InvalidQuery("blockid", "");
        if (IdLength(id) is not (> 0 and <= MaxIdBytes))
        {
            throw Refusals.InvalidQuery("blockid", id);
        }

        var length = request.ContentLength;
        if (length is 0 or > MaxBytes)
        {
            throw length == 0 ? Refusals.InvalidHeader("Content-Length", "0") : Refusals.TooLarge(MaxBytes);
        }

        BlobNames.CheckBlob(request.Blob);
        account.GetContainer(request.Container);
        var bytes = await account.Bytes.SaveAsync(request.Body, length, cancellationToken);
        try
        {
            Checksums.Check(request, bytes);
            account.PutBlock(request.Container, request.Blob, new Part(bytes.Name, bytes.Length, id), (blob, blocks) =>
            {
                if (blocks.Count >= MaxUncommitted)
                {
                    throw Refusals.TooManyBlocks();
                }

                // All ids of a blob are of one length.
                var others = blob is { HasBlocks: true } ? blob.Parts.Select(part => part.Block) : [];
                var other = others.Concat(blocks.Select(block => block.Part.Block)).FirstOrDefault();
                if (other is not null && IdLength(other) != IdLength(id))
                {
                    throw Refusals.InvalidBlock();
                }
            });
        }
        catch
        {
            account.DeleteUnused(bytes.Name);
            throw;
        }

        return new BlobAnswer(201)
            .With("Content-MD5", request.Header("Content-MD5"))
            .With(Checksums.Crc64Header, request.Header("Content-MD5") is null ? Convert.ToBase64String(bytes.Crc64) : null)
            .With("x-ms-request-server-encrypted", "true");
    }

    public async ValueTask<BlobAnswer> CommitAsync(BlobRequest request, Grant grant, CancellationToken cancellationToken)
    {
        var list = await XmlText.ReadAsync(request, "BlockList", cancellationToken);
        var chosen = list.Elements().Select(element => (Kind: element.Name.LocalName, Id: element.Value.Trim())).ToList();
        if (chosen.Count > MaxCommitted)
        {
            throw Refusals.BlockListTooLong();
        }

        if (chosen.Exists(one => one.Kind is not ("Committed" or "Uncommitted" or "Latest")))
        {
            throw Refusals.InvalidXml();
        }

        BlobNames.CheckBlob(request.Blob);
        var conditions = Conditions.Of(request);
        var metadata = RequestHeaders.Metadata(request);
        var content = RequestHeaders.Content(request, body: false, request.Header("x-ms-blob-content-md5"));
        var stored = account.Write(
            request.Container,
            request.Blob,
            (earlier, uncommitted) =>
            {
                BlobWrites.CheckOverwrite(earlier, grant);
                conditions.CheckReplace(earlier);
                return BlobWrites.New(request, content, metadata, Choose(chosen, earlier, uncommitted), hasBlocks: true);
            },
            commits: true);
        return BlobWrites.Written(201, stored);
    }

    public ValueTask<BlobAnswer> ListAsync(BlobRequest request)
    {
        var kind = request.Parameter("blocklisttype") ?? "committed";
        if (kind.ToLowerInvariant() is not ("committed" or "uncommitted" or "all"))
        {
            throw Refusals.InvalidQuery("blocklisttype", kind);
        }

        var (blob, blocks) = account.Look(request.Container, request.Blob);
        if (blob is null && blocks.Count == 0)
        {
            throw Refusals.BlobNotFound();
        }

        var committed = blob is { HasBlocks: true } ? blob.Parts : [];
        var root = new XElement("BlockList");
        if (!kind.Equals("uncommitted", StringComparison.OrdinalIgnoreCase))
        {
            root.Add(Describe("CommittedBlocks", committed));
        }

        if (!kind.Equals("committed", StringComparison.OrdinalIgnoreCase))
        {
            root.Add(Describe("UncommittedBlocks", blocks.Select(block => block.Part)));
        }

        var answer = BlobAnswer.Xml(200, root)
            .With("x-ms-blob-content-length", (blob?.Length ?? 0).ToString(CultureInfo.InvariantCulture));
        return new(blob is null ? answer : answer.With("ETag", blob.ETag).With("Last-Modified", blob.Modified));
    }

    private static XElement Describe(string name, IEnumerable<Part> parts) => new(
        name,
        parts.Select(part => new XElement("Block", new XElement("Name", part.Block), new XElement("Size", part.Length))));

    private static List<Part> Choose(
        List<(string Kind, string Id)> chosen, StoredBlob? earlier, IReadOnlyList<StoredBlock> uncommitted)
    {
        var fresh = uncommitted.ToDictionary(block => block.Part.Block, block => block.Part, StringComparer.Ordinal);
        var old = new Dictionary<string, Part>(StringComparer.Ordinal);
        foreach (var part in earlier is { HasBlocks: true } ? earlier.Parts : [])
        {
            old.TryAdd(part.Block, part);
        }

        return chosen.ConvertAll(one => (one.Kind switch
        {
            "Committed" => old.GetValueOrDefault(one.Id),
            "Uncommitted" => fresh.GetValueOrDefault(one.Id),
            _ => fresh.GetValueOrDefault(one.Id) ?? old.GetValueOrDefault(one.Id),
        }) ?? throw Refusals.InvalidBlockList());
    }

    /// <summary>How many bytes an id stands for; null when it isn't Base64.</summary>
    private static int? IdLength(string id) => Convert.TryFromBase64String(id, new byte[id.Length], out var length) ? length : null;
}
