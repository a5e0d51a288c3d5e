using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>Put Blob, Delete Blob, Set Blob Properties, Set Blob Metadata.</summary>
internal sealed class BlobWrites(BlobAccount account)
{
    /// <summary>https://learn.microsoft.com/rest/api/storageservices/put-blob, as of version 2019-12-12.</summary>
    private const long MaxBytes = 5_000L * 1024 * 1024;

    public async ValueTask<BlobAnswer> PutAsync(BlobRequest request, Grant grant, CancellationToken cancellationToken)
    {
        var type = request.Header("x-ms-blob-type") ?? throw Refusals.MissingHeader("x-ms-blob-type");
        if (type is not "BlockBlob")
        {
            throw type is "PageBlob" or "AppendBlob" ? Refusals.NotServed($"A {type}") : Refusals.InvalidHeader("x-ms-blob-type", type);
        }

        if (request.ContentLength > MaxBytes)
        {
            throw Refusals.TooLarge(MaxBytes);
        }

        BlobNames.CheckBlob(request.Blob);
        var conditions = Conditions.Of(request);
        var metadata = RequestHeaders.Metadata(request);
        account.GetContainer(request.Container);
        var bytes = await account.Bytes.SaveAsync(request.Body, request.ContentLength, cancellationToken);
        try
        {
            Checksums.Check(request, bytes, "x-ms-blob-content-md5");
            var content = RequestHeaders.Content(request, body: true, Convert.ToBase64String(bytes.Md5));
            var stored = account.Write(
                request.Container,
                request.Blob,
                (earlier, _) =>
                {
                    CheckOverwrite(earlier, grant);
                    conditions.CheckReplace(earlier);
                    return New(request, content, metadata, [new Part(bytes.Name, bytes.Length, "")], hasBlocks: false);
                },
                commits: true);
            return Written(201, stored)
                .With("Content-MD5", stored.Content.Md5)
                .With(Checksums.Crc64Header, Convert.ToBase64String(bytes.Crc64));
        }
        catch
        {
            account.DeleteUnused(bytes.Name);
            throw;
        }
    }

    public ValueTask<BlobAnswer> DeleteAsync(BlobRequest request)
    {
        if (request.Header("x-ms-delete-snapshots") is "only")
        {
            throw Refusals.NotServed("The deletion of snapshots");
        }

        var conditions = Conditions.Of(request);
        account.Delete(request.Container, request.Blob, conditions.CheckWrite);
        return new(new BlobAnswer(202).With("x-ms-delete-type-permanent", "true"));
    }

    /// <summary>What isn't said is cleared.</summary>
    public ValueTask<BlobAnswer> SetPropertiesAsync(BlobRequest request) =>
        Change(
            request,
            blob => blob with { Content = RequestHeaders.Content(request, body: false, request.Header("x-ms-blob-content-md5")) });

    public ValueTask<BlobAnswer> SetMetadataAsync(BlobRequest request)
    {
        var metadata = RequestHeaders.Metadata(request);
        return Change(request, blob => blob with { Metadata = metadata });
    }

    /// <summary>Who may create but not write may not replace what is there.</summary>
    public static void CheckOverwrite(StoredBlob? earlier, Grant grant)
    {
        if (earlier is not null && !grant.Allows("w"))
        {
            throw Refusals.Overwrite();
        }
    }

    public static StoredBlob New(
        BlobRequest request,
        ContentHeaders content,
        IReadOnlyDictionary<string, string> metadata,
        IReadOnlyList<Part> parts,
        bool hasBlocks) =>
        new(request.Container, request.Blob, default, default, "", content, metadata, parts, hasBlocks);

    public static BlobAnswer Written(int status, StoredBlob blob) =>
        new BlobAnswer(status)
            .With("ETag", blob.ETag)
            .With("Last-Modified", blob.Modified)
            .With("x-ms-request-server-encrypted", status == 201 ? "true" : null);

    private ValueTask<BlobAnswer> Change(BlobRequest request, Func<StoredBlob, StoredBlob> change)
    {
        var conditions = Conditions.Of(request);
        var stored = account.Write(
            request.Container,
            request.Blob,
            (earlier, _) =>
            {
                conditions.CheckWrite(earlier);
                return change(earlier ?? throw Refusals.BlobNotFound());
            },
            commits: false);
        return new(Written(200, stored));
    }
}
