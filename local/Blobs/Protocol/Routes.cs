using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Operations;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Protocol;

/// <summary>Which operation a request asks for.</summary>
internal sealed class Routes(BlobAccount account, ServiceProperties properties, Authorizer authorizer, TimeProvider time)
{
    private readonly Containers _containers = new(account);
    private readonly BlobReads _reads = new(account);
    private readonly BlobWrites _writes = new(account);
    private readonly Blocks _blocks = new(account);
    private readonly Copies _copies = new(account, authorizer, time);
    private readonly DelegationKeys _delegation = new(time);

    /// <exception cref="RefusedException">It isn't served.</exception>
    public Operation Find(BlobRequest request, CancellationToken cancellationToken)
    {
        var method = request.Method;
        var type = request.Parameter("restype") ?? "";
        var component = request.Parameter("comp") ?? "";
        var found = request switch
        {
            { Container: "" } => OfService(request, method, type, component, cancellationToken),
            { Blob: "" } => type == "container" ? OfContainer(request, method, component) : null,
            _ => type.Length == 0 ? OfBlob(request, method, component, cancellationToken) : null,
        };
        return found ?? throw Refusals.NotServed($"{method} of restype '{type}' and comp '{component}'");
    }

    private Operation? OfService(BlobRequest request, string method, string type, string component, CancellationToken cancellationToken) =>
        (method, type, component) switch
        {
            ("GET", "service", "properties") => new("other", "get-service-properties", "", _ => properties.GetAsync()),
            ("PUT", "service", "properties") =>
                new("write", "set-service-properties", "", _ => properties.SetAsync(request, cancellationToken)),
            ("POST", "service", "userdelegationkey") =>
                new("other", "get-user-delegation-key", "", grant => _delegation.GetAsync(request, grant, cancellationToken)),
            ("GET", "", "list") => new("list", "list-containers", "", _ => _containers.ListAsync(request)),
            _ => null,
        };

    private Operation? OfContainer(BlobRequest request, string method, string component) => (method, component) switch
    {
        ("PUT", "") => new("write", "create-container", "", _ => _containers.CreateAsync(request)),
        ("GET" or "HEAD", "" or "metadata") => new("other", "get-container", "", _ => _containers.GetAsync(request)),
        ("PUT", "metadata") => new("other", "set-container-metadata", "", _ => _containers.SetMetadataAsync(request)),
        ("DELETE", "") => new("delete", "delete-container", "", _ => _containers.DeleteAsync(request)),
        ("GET", "list") => new("list", "list-blobs", "l", _ => _containers.ListBlobsAsync(request)),
        _ => null,
    };

    private Operation? OfBlob(BlobRequest request, string method, string component, CancellationToken cancellationToken) =>
        (method, component) switch
        {
            ("PUT", "") when request.Header("x-ms-copy-source") is not null =>
                new("write", "copy-blob", "cw", grant => _copies.CopyAsync(request, grant)),
            ("PUT", "") => new("write", "put-blob", "cw", grant => _writes.PutAsync(request, grant, cancellationToken)),
            ("PUT", "block") => new("write", "put-block", "w", _ => _blocks.PutAsync(request, cancellationToken)),
            ("PUT", "blocklist") => new("write", "put-block-list", "w", grant => _blocks.CommitAsync(request, grant, cancellationToken)),
            ("GET", "blocklist") => new("other", "get-block-list", "r", _ => _blocks.ListAsync(request)),
            ("GET", "") => new("read", "get-blob", "r", grant => _reads.GetAsync(request, grant, cancellationToken)),
            ("HEAD", "") => new("other", "head-blob", "r", grant => _reads.HeadAsync(request, grant)),
            ("GET" or "HEAD", "metadata") => new("other", "get-blob-metadata", "r", _ => _reads.GetMetadataAsync(request)),
            ("DELETE", "") => new("delete", "delete-blob", "d", _ => _writes.DeleteAsync(request)),
            ("PUT", "properties") => new("other", "set-blob-properties", "w", _ => _writes.SetPropertiesAsync(request)),
            ("PUT", "metadata") => new("other", "set-blob-metadata", "w", _ => _writes.SetMetadataAsync(request)),
            _ => null,
        };
}
