using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Protocol;
using Chat.Local.Blobs.Storage;

namespace Chat.Local.Blobs.Operations;

/// <summary>Copy Blob and Copy Blob From URL, within the account. Both are done when they are answered.</summary>
internal sealed class Copies(BlobAccount account, Authorizer authorizer, TimeProvider time)
{
    private const string SourceHeader = "x-ms-copy-source";

    public ValueTask<BlobAnswer> CopyAsync(BlobRequest request, Grant grant)
    {
        BlobNames.CheckBlob(request.Blob);
        var text = request.Header(SourceHeader)!;
        var source = SourceOf(request, text, grant);
        var (conditions, sourceConditions) = (Conditions.Of(request), Conditions.OfSource(request));
        var metadata = RequestHeaders.Metadata(request);
        var copy = new CopyState(Guid.NewGuid().ToString(), text.Split('?')[0], time.GetUtcNow(), 0);
        var (from, _, stream) = account.Open(source.Container, source.Blob, blob =>
        {
            var found = blob ?? throw Refusals.BlobNotFound();
            sourceConditions.CheckSource(found);
            return (found, new ByteRange(0, found.Length));
        });

        // The source's bytes stay while the stream is open.
        using (stream)
        {
            var stored = account.Write(
                request.Container,
                request.Blob,
                (earlier, _) =>
                {
                    BlobWrites.CheckOverwrite(earlier, grant);
                    conditions.CheckReplace(earlier);
                    var given = metadata.Count > 0 ? metadata : from.Metadata;
                    return BlobWrites.New(request, from.Content, given, from.Parts, from.HasBlocks) with
                    {
                        Copy = copy with { Length = from.Length },
                    };
                },
                commits: true);
            return new(BlobWrites.Written(202, stored).With("x-ms-copy-id", copy.Id).With("x-ms-copy-status", "success"));
        }
    }

    private BlobRequest SourceOf(BlobRequest request, string text, Grant grant)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address))
        {
            throw Refusals.InvalidHeader(SourceHeader, text);
        }

        var source = request with
        {
            Method = "GET",
            IsHttps = address.Scheme == Uri.UriSchemeHttps,
            Host = address.Authority,
            Path = address.AbsolutePath,
            Query = BlobRequest.ParseQuery(address.Query),
            Headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase),
        };
        if (!string.Equals(source.Host, request.Host, StringComparison.OrdinalIgnoreCase) || source.Account != request.Account)
        {
            throw Refusals.NotServed("A copy from elsewhere than the account itself");
        }

        if (source.Parameter("sig") is not null)
        {
            grant = authorizer.Authorize(source);
        }
        else if (!grant.IsOwner)
        {
            throw Refusals.SourceNotVerified("The source needs a signature of its own.");
        }

        if (!grant.Allows("r"))
        {
            throw Refusals.SourceNotVerified("The source's signature doesn't allow to read it.");
        }

        return source.Blob.Length > 0 ? source : throw Refusals.InvalidHeader(SourceHeader, text);
    }
}
