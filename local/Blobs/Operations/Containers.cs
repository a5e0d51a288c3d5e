using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>What is done to containers, and the lists of blobs and containers.</summary>
internal sealed class Containers(BlobAccount account)
{
    private const int MaxPage = 5_000;

    public ValueTask<BlobAnswer> CreateAsync(BlobRequest request)
    {
        BlobNames.CheckContainer(request.Container);
        if (request.Header("x-ms-blob-public-access") is not null)
        {
            throw Refusals.PublicAccess();
        }

        return new(Describe(201, account.CreateContainer(request.Container, RequestHeaders.Metadata(request))));
    }

    public ValueTask<BlobAnswer> GetAsync(BlobRequest request)
    {
        var container = account.GetContainer(request.Container);
        return new(Describe(200, container)
            .WithMetadata(container.Metadata)
            .With("x-ms-lease-status", "unlocked")
            .With("x-ms-lease-state", "available")
            .With("x-ms-has-immutability-policy", "false")
            .With("x-ms-has-legal-hold", "false"));
    }

    public ValueTask<BlobAnswer> SetMetadataAsync(BlobRequest request)
    {
        var conditions = Conditions.Of(request);
        var metadata = RequestHeaders.Metadata(request);
        return new(Describe(200, account.ChangeContainer(request.Container, container =>
        {
            conditions.CheckWrite(container);
            return container with { Metadata = metadata };
        })));
    }

    public ValueTask<BlobAnswer> DeleteAsync(BlobRequest request)
    {
        account.DeleteContainer(request.Container, Conditions.Of(request).CheckWrite);
        return new(new BlobAnswer(202));
    }

    public ValueTask<BlobAnswer> ListBlobsAsync(BlobRequest request)
    {
        if (request.Parameter("delimiter") is { Length: > 0 } || request.Parameter("startFrom") is not null)
        {
            throw Refusals.NotServed("A list by delimiter or startFrom");
        }

        var include = (request.Parameter("include") ?? "").ToLowerInvariant().Split(',', StringSplitOptions.RemoveEmptyEntries);
        if (Array.Find(include, one => one is not ("metadata" or "copy")) is { } unknown)
        {
            throw Refusals.NotServed($"A list that includes {unknown}");
        }

        var (prefix, marker, max) = PageOf(request);
        var (blobs, next) = account.List(request.Container, prefix, marker, max);
        var root = Page(request, new XElement("Blobs", blobs.Select(blob => Describe(blob, include))), next);
        root.Add(new XAttribute("ContainerName", request.Container));
        return new(BlobAnswer.Xml(200, root));
    }

    public ValueTask<BlobAnswer> ListAsync(BlobRequest request)
    {
        var hasMetadata = string.Equals(request.Parameter("include"), "metadata", StringComparison.OrdinalIgnoreCase);
        if (!hasMetadata && request.Parameter("include") is { Length: > 0 } unknown)
        {
            throw Refusals.NotServed($"A list that includes {unknown}");
        }

        var (prefix, marker, max) = PageOf(request);
        var all = account.ListContainers().Where(one => one.Name.StartsWith(prefix, StringComparison.Ordinal)
            && string.CompareOrdinal(one.Name, marker) >= 0).Take(max + 1).ToList();
        var containers = all.Take(max).Select(one => new XElement(
            "Container",
            new XElement("Name", one.Name),
            new XElement(
                "Properties",
                new XElement("Last-Modified", one.Modified.ToString("R", CultureInfo.InvariantCulture)),
                new XElement("Etag", one.ETag),
                new XElement("LeaseStatus", "unlocked"),
                new XElement("LeaseState", "available"),
                new XElement("HasImmutabilityPolicy", "false"),
                new XElement("HasLegalHold", "false")),
            hasMetadata ? Describe(one.Metadata) : null));
        return new(BlobAnswer.Xml(200, Page(request, new XElement("Containers", containers), all.Count > max ? all[max].Name : null)));
    }

    private static BlobAnswer Describe(int status, StoredContainer container) =>
        new BlobAnswer(status).With("ETag", container.ETag).With("Last-Modified", container.Modified);

    private static XElement Page(BlobRequest request, XElement items, string? next) => new(
        "EnumerationResults",
        new XAttribute("ServiceEndpoint", $"{(request.IsHttps ? "https" : "http")}://{request.Host}/{request.Account}"),
        Echo("Prefix", request.Parameter("prefix")),
        Echo("Marker", request.Parameter("marker")),
        Echo("MaxResults", request.Parameter("maxresults")),
        items,
        new XElement("NextMarker", next is null ? "" : Convert.ToBase64String(Encoding.UTF8.GetBytes(next))));

    private static XElement? Echo(string name, string? value) => string.IsNullOrEmpty(value) ? null : new XElement(name, XmlText.Of(value));

    private static (string Prefix, string First, int Max) PageOf(BlobRequest request)
    {
        var max = request.Parameter("maxresults") is not { } text
            ? MaxPage
            : !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var given)
                ? throw Refusals.InvalidQuery("maxresults", text)
                : given > 0
                    ? Math.Min(given, MaxPage)
                    : throw Refusals.OutOfRangeQuery("maxresults", text);
        var marker = request.Parameter("marker") ?? "";
        var bytes = new byte[marker.Length];
        return Convert.TryFromBase64String(marker, bytes, out var length)
            ? (request.Parameter("prefix") ?? "", Encoding.UTF8.GetString(bytes, 0, length), max)
            : throw Refusals.InvalidQuery("marker", marker);
    }

    private static XElement Describe(StoredBlob blob, string[] include)
    {
        var (content, copy) = (blob.Content, include.Contains("copy") ? blob.Copy : null);
        return new XElement(
            "Blob",
            XmlText.CanHold(blob.Name)
                ? new XElement("Name", blob.Name)
                : new XElement("Name", new XAttribute("Encoded", "true"), Uri.EscapeDataString(blob.Name)),
            new XElement(
                "Properties",
                new XElement("Creation-Time", blob.Created.ToString("R", CultureInfo.InvariantCulture)),
                new XElement("Last-Modified", blob.Modified.ToString("R", CultureInfo.InvariantCulture)),
                new XElement("Etag", blob.ETag.Trim('"')),
                new XElement("Content-Length", blob.Length),
                new XElement("Content-Type", content.Type),
                new XElement("Content-Encoding", content.Encoding),
                new XElement("Content-Language", content.Language),
                new XElement("Content-CRC64"),
                new XElement("Content-MD5", content.Md5),
                new XElement("Cache-Control", content.CacheControl),
                new XElement("Content-Disposition", content.Disposition),
                new XElement("BlobType", "BlockBlob"),
                new XElement("LeaseStatus", "unlocked"),
                new XElement("LeaseState", "available"),
                copy is null ? null : new XElement("CopyId", copy.Id),
                copy is null ? null : new XElement("CopyStatus", "success"),
                copy is null ? null : new XElement("CopySource", copy.Source),
                new XElement("ServerEncrypted", "true")),
            include.Contains("metadata") ? Describe(blob.Metadata) : null);
    }

    private static XElement Describe(IReadOnlyDictionary<string, string> metadata) =>
        new("Metadata", metadata.Select(pair => new XElement(pair.Key, XmlText.Of(pair.Value))));
}
