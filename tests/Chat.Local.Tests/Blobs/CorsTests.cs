using System.Net;
using Azure.Storage.Blobs.Models;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>What pages of other origins may do.</summary>
/// <remarks>The service's properties are one for all of Azurite, so that these run one after the other.</remarks>
public sealed class CorsTests
{
    [Theory]
    [EveryDoor]
    public async Task Should_let_pages_of_configured_origins_ask_and_no_others(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        var blob = await account.UploadAsync("a", "text");
        var address = account.Sign(blob.Uri, "rw");
        await SetAsync(account);
        Assert.Equal((403, "CorsPreflightFailure"), TestAccount.Refused(await AskAsync(account, address, "https://chat.example", "PUT")));

        await SetAsync(account, new BlobCorsRule
        {
            AllowedOrigins = "https://chat.example,https://beta.chat.example",
            AllowedMethods = "PUT,GET",
            AllowedHeaders = "x-ms-*,content-type",
            ExposedHeaders = "x-ms-request-id,etag",
            MaxAgeInSeconds = 3600,
        });
        using var allowed = await AskAsync(account, address, "https://chat.example", "PUT");
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal("https://chat.example", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("3600", allowed.Headers.GetValues("Access-Control-Max-Age").Single());
        Assert.Equal("x-ms-blob-type,content-type", allowed.Headers.GetValues("Access-Control-Allow-Headers").Single());
        Assert.Equal(403, (int)(await AskAsync(account, address, "https://evil.example", "PUT")).StatusCode);
        Assert.Equal(403, (int)(await AskAsync(account, address, "https://chat.example", "DELETE")).StatusCode);
        Assert.Equal(403, (int)(await AskAsync(account, address, "https://chat.example", "PUT", "authorization")).StatusCode);

        using var read = await ReadAsync(account, address, "https://chat.example");
        Assert.Equal("https://chat.example", read.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("etag", read.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.OrdinalIgnoreCase);
        using var other = await ReadAsync(account, address, "https://evil.example");
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
        var unsigned = new Uri(address.AbsoluteUri.Replace("sig=", "sig=A", StringComparison.Ordinal));
        using var none = await ReadAsync(account, unsigned, "https://chat.example");
        Assert.Equal(HttpStatusCode.Forbidden, none.StatusCode);
        Assert.Equal("https://chat.example", none.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Equal("PUT,GET", (await account.Service.GetPropertiesAsync()).Value.Cors.Single().AllowedMethods);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_keep_its_other_properties_off(Door door)
    {
        await using var account = await TestAccount.StartAsync(door);
        BlobServiceProperties properties = await account.Service.GetPropertiesAsync();
        Assert.False(properties.StaticWebsite?.Enabled ?? false);
        if (door != Door.Azurite)
        {
            properties.StaticWebsite = new BlobStaticWebsite { Enabled = true };
            Assert.Equal((501, "NotImplemented"), await TestAccount.RefusedAsync(() => account.Service.SetPropertiesAsync(properties)));
        }
    }

    private static async Task SetAsync(TestAccount account, params BlobCorsRule[] rules)
    {
        BlobServiceProperties properties = await account.Service.GetPropertiesAsync();
        properties.Cors = rules;
        await account.Service.SetPropertiesAsync(properties);
    }

    private static Task<HttpResponseMessage> AskAsync(
        TestAccount account, Uri address, string origin, string method, string headers = "x-ms-blob-type,content-type")
    {
        var request = new HttpRequestMessage(HttpMethod.Options, address);
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", method);
        request.Headers.Add("Access-Control-Request-Headers", headers);
        return account.Http.SendAsync(request);
    }

    private static Task<HttpResponseMessage> ReadAsync(TestAccount account, Uri address, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Add("Origin", origin);
        return account.Http.SendAsync(request);
    }
}
