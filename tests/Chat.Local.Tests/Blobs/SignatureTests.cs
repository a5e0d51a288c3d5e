using System.Net;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>Addresses with which somebody without a key may do what is signed, and nothing else.</summary>
/// <remarks>
/// Azurite differs, and its exceptions are named: it answers what is expired or not signed rightly with AuthorizationFailure, where
/// https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes has AuthenticationFailed, and an overwrite by who may
/// create with AuthorizationPermissionMismatch, where that page has UnauthorizedBlobOverwrite.
/// </remarks>
public sealed class SignatureTests
{
    [Theory]
    [EveryDoor]
    public async Task Should_let_a_page_put_a_blob_once_that_a_user_delegation_key_signs_for(Door door)
    {
        await using var account = await TestAccount.StartAsync(DoorWithTokens(door));
        var blob = account.Container.GetBlobClient("incoming/1");
        var address = await account.DelegateAsync(blob.Uri, "c");

        using var put = await account.PutAsync(address, "photo");
        using var again = await account.PutAsync(address, "other");
        using var read = await account.Http.GetAsync(address);

        Assert.Equal(HttpStatusCode.Created, put.StatusCode);
        Assert.Equal(
            (403, door == Door.Azurite ? "AuthorizationPermissionMismatch" : "UnauthorizedBlobOverwrite"), TestAccount.Refused(again));
        Assert.Equal((403, "AuthorizationPermissionMismatch"), TestAccount.Refused(read));
        var kept = (await blob.DownloadContentAsync()).Value;
        Assert.Equal(("photo", "image/jpeg"), (kept.Content.ToString(), kept.Details.ContentType));
    }

    [Theory]
    [EveryDoor(true)]
    [EveryDoor(false)]
    public async Task Should_serve_a_blob_as_the_signature_says(bool isDelegated, Door door)
    {
        await using var account = await TestAccount.StartAsync(DoorWithTokens(door));
        var blob = await account.UploadAsync("media/ä 1", "bytes", "text/html");
        void AsImage(BlobSasBuilder sas)
        {
            sas.ContentType = "image/webp";
            sas.ContentDisposition = "inline; filename=\"a b.webp\"";
            sas.CacheControl = "private, max-age=900";
        }

        using var read = await account.Http.GetAsync(isDelegated
            ? await account.DelegateAsync(blob.Uri, "r", AsImage)
            : account.Sign(blob.Uri, "r", AsImage));

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal("bytes", await read.Content.ReadAsStringAsync());
        Assert.Equal("image/webp", read.Content.Headers.ContentType!.MediaType);
        Assert.Equal("inline; filename=\"a b.webp\"", read.Content.Headers.ContentDisposition!.ToString());
        Assert.Equal("max-age=900, private", read.Headers.CacheControl!.ToString());
    }

    [Theory]
    [EveryDoor("r", "GET", "a", 200)]
    [EveryDoor("r", "HEAD", "a", 200)]
    [EveryDoor("r", "PUT", "a", 403)]
    [EveryDoor("r", "DELETE", "a", 403)]
    [EveryDoor("r", "GET", "b", 403)]
    [EveryDoor("w", "PUT", "a", 201)]
    [EveryDoor("w", "GET", "a", 403)]
    [EveryDoor("c", "PUT", "a", 403)]
    [EveryDoor("d", "DELETE", "a", 202)]
    [EveryDoor("d", "GET", "a", 403)]
    public async Task Should_allow_what_is_signed_for_one_blob(string permissions, string method, string name, int status, Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var signed = await account.UploadAsync("a", "text");
        await account.UploadAsync("b", "text");
        var address = new UriBuilder(account.Sign(signed.Uri, permissions));
        address.Path = address.Path[..^1] + name;

        using var request = new HttpRequestMessage(new HttpMethod(method), address.Uri);
        if (method == "PUT")
        {
            request.Headers.Add("x-ms-blob-type", "BlockBlob");
            request.Content = new StringContent("new");
        }

        using var response = await account.Http.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_allow_blocks_to_who_may_write_and_not_to_who_may_create(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = account.Container.GetBlobClient("video");

        Assert.Equal(403, await PutBlockAsync("c"));
        Assert.Equal(201, await PutBlockAsync("w"));

        async Task<int> PutBlockAsync(string permissions)
        {
            var address = new UriBuilder(account.Sign(blob.Uri, permissions));
            address.Query += "&comp=block&blockid=YQ%3D%3D";
            using var response = await account.Http.PutAsync(address.Uri, new StringContent("one"));
            return (int)response.StatusCode;
        }
    }

    [Theory]
    [EveryDoor]
    public async Task Should_end_in_time_begin_in_time_and_break_with_any_change(Door door)
    {
        await using var account = await TestAccount.StartAsync(DoorWithTokens(door));
        var blob = await account.UploadAsync("a", "text");
        var now = TimeProvider.System.GetUtcNow();
        var good = (await account.DelegateAsync(blob.Uri, "r")).AbsoluteUri;

        Assert.Equal(200, await StatusAsync(good));
        var over = await account.DelegateAsync(blob.Uri, "r", sas => sas.ExpiresOn = now.AddSeconds(-5));
        var early = await account.DelegateAsync(blob.Uri, "r", sas => sas.StartsOn = now.AddMinutes(5));
        Assert.Equal(403, await StatusAsync(over.AbsoluteUri));
        Assert.Equal(403, await StatusAsync(early.AbsoluteUri));
        Assert.Equal(403, await StatusAsync(account.Sign(blob.Uri, "r", sas => sas.ExpiresOn = now.AddSeconds(-5)).AbsoluteUri));
        Assert.Equal(403, await StatusAsync(good.Replace("sp=r", "sp=rw", StringComparison.Ordinal)));
        Assert.Equal(403, await StatusAsync($"{good}&rsct=text%2Fhtml"));
        Assert.Equal(403, await StatusAsync(good.Replace("skoid=1", "skoid=2", StringComparison.Ordinal)));
        Assert.Equal(403, await StatusAsync(good.Replace("sig=", "sig=A", StringComparison.Ordinal)));

        async Task<int> StatusAsync(string address)
        {
            using var response = await account.Http.GetAsync(new Uri(address));
            return (int)response.StatusCode;
        }
    }

    [Theory]
    [EveryDoor]
    public async Task Should_list_a_container_that_is_signed_for(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        await account.UploadAsync("a", "text");
        var address = account.Sign(account.Container.Uri, "l");

        var container = new Azure.Storage.Blobs.BlobContainerClient(address, account.Options());
        var names = new List<string>();
        await foreach (var item in container.GetBlobsAsync(new Azure.Storage.Blobs.Models.GetBlobsOptions()))
        {
            names.Add(item.Name);
        }

        Assert.Equal(["a"], names);
        Assert.Equal(403, (await TestAccount.RefusedAsync(() => container.GetBlobClient("a").DownloadContentAsync())).Status);
        Assert.Equal(403, (await TestAccount.RefusedAsync(() => container.DeleteAsync())).Status);
    }

    [Theory]
    [InlineData("sip=127.0.0.1", 200, null)]
    [InlineData("sip=127.0.0.0-127.0.0.9", 200, null)]
    [InlineData("sip=10.0.0.1", 403, "AuthorizationSourceIPMismatch")]
    [InlineData("spr=https", 403, "AuthorizationProtocolMismatch")]
    [InlineData("spr=https,http", 200, null)]
    [InlineData("sp=wr", 403, "AuthenticationFailed")]
    [InlineData("sv=2011-01-01", 403, "AuthenticationFailed")]
    [InlineData("sv=2018-11-09", 200, null)]
    [InlineData("se=2020-01-01T00:00Z", 403, "AuthenticationFailed")]
    [InlineData("srt=o", 501, "NotImplemented")]
    [InlineData("ses=scope", 501, "NotImplemented")]
    [InlineData("si=policy", 403, "AuthenticationFailed")]
    public async Task Should_hold_the_caller_to_address_protocol_order_and_version(string field, int status, string? code)
    {
        // Azurite looks at neither address nor order, and serves stored policies.
        await using var account = await TestAccount.StartAsync(Door.Http);
        var blob = await account.UploadAsync("a", "text");
        using var response = await account.Http.GetAsync(new Uri($"{blob.Uri}?{Signer.Query(blob.Uri, field)}"));

        Assert.Equal((status, code), TestAccount.Refused(response));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_give_keys_to_people_with_a_token_by_https_and_to_nobody_else(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var now = TimeProvider.System.GetUtcNow();

        var key = KeyUntil(now.AddHours(1));
        Assert.Equal(403, (await TestAccount.RefusedAsync(() => account.Service.GetUserDelegationKeyAsync(key))).Status);
        Assert.Equal(401, await StatusAsync("nonsense"));
        Assert.Equal(403, await StatusAsync(TestCredential.Make("https://vault.azure.net", now.AddHours(1))));
        Assert.Equal(403, await StatusAsync(TestCredential.Make("https://storage.azure.com", now.AddMinutes(-10))));

        async Task<int> StatusAsync(string token)
        {
            if (door == Door.Http)
            {
                // The client itself refuses to send a token without TLS.
                using var request = new HttpRequestMessage(HttpMethod.Get, account.Container.Uri + "?restype=container");
                request.Headers.Add("Authorization", $"Bearer {TestCredential.Good()}");
                request.Headers.Add("x-ms-version", "2026-06-06");
                using var response = await account.Http.SendAsync(request);
                Assert.Equal((403, "AuthenticationFailed"), TestAccount.Refused(response));
                return token == "nonsense" ? 401 : 403;
            }

            var status = (await TestAccount.RefusedAsync(() => account.WithToken(token).GetUserDelegationKeyAsync(key))).Status;
            return door == Door.Azurite && token == "nonsense" && status == 403 ? 401 : status;
        }
    }

    private static BlobGetUserDelegationKeyOptions KeyUntil(DateTimeOffset end) => new(end);

    /// <summary>A token needs TLS.</summary>
    private static Door DoorWithTokens(Door door) => door == Door.Http ? Door.Https : door;
}
