using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;

namespace Chat.Functions.Media;

/// <summary>Signs addresses by which clients put or get one blob for a while (shared access signatures).</summary>
/// <remarks>
/// With managed identity a user delegation key signs, which is kept for a day; with a connection string its account key does. A signature
/// can't be taken back: it ends by itself.
/// </remarks>
public sealed class BlobAddresses(BlobServiceClient client, MediaOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan KeyLifetime = TimeSpan.FromDays(1);

    /// <summary>More than any signature is good for.</summary>
    private static readonly TimeSpan LeastLeft = TimeSpan.FromHours(2);

    /// <summary>By how much the service's clock may be behind.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim _renewing = new(1);
    private (UserDelegationKey Key, DateTimeOffset Until)? _key;

    /// <summary>The address of a blob, with the signature that is asked for.</summary>
    public async Task<Uri> SignAsync(
        BlobClient blob,
        BlobSasPermissions permissions,
        DateTimeOffset expiresAt,
        Action<BlobSasBuilder>? change,
        CancellationToken cancellationToken)
    {
        var address = options.PublicUri ?? client.Uri;
        var sas = new BlobSasBuilder(permissions, expiresAt)
        {
            BlobContainerName = blob.BlobContainerName,
            BlobName = blob.Name,
            Resource = "b",
            Protocol = address.Scheme == Uri.UriSchemeHttps ? SasProtocol.Https : SasProtocol.HttpsAndHttp,
        };
        change?.Invoke(sas);
        var signed = blob.CanGenerateSasUri
            ? blob.GenerateSasUri(sas)
            : blob.GenerateUserDelegationSasUri(sas, await GetKeyAsync(cancellationToken));
        return new Uri(Base(address) + signed.AbsoluteUri[Base(client.Uri).Length..]);
    }

    public void Dispose() => _renewing.Dispose();

    private static string Base(Uri address) => address.AbsoluteUri.TrimEnd('/');

    private async Task<UserDelegationKey> GetKeyAsync(CancellationToken cancellationToken)
    {
        if (Known() is { } known)
        {
            return known;
        }

        await _renewing.WaitAsync(cancellationToken);
        try
        {
            if (Known() is { } renewed)
            {
                return renewed;
            }

            var now = time.GetUtcNow();
            var until = now + KeyLifetime;
            var wanted = new BlobGetUserDelegationKeyOptions(until) { StartsOn = now - Skew };
            UserDelegationKey key = await client.GetUserDelegationKeyAsync(wanted, cancellationToken);
            _key = (key, until);
            return key;
        }
        finally
        {
            _renewing.Release();
        }

        UserDelegationKey? Known() => _key is var (key, until) && until - time.GetUtcNow() > LeastLeft ? key : null;
    }
}
