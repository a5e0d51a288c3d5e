using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace Chat.Functions.Tests.Users;

/// <summary>An OpenID Connect issuer, as far as its keys go.</summary>
internal sealed class Authority : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly JsonArray _keys = [];

    private Authority(WebApplication app)
    {
        _app = app;
        app.MapGet(
            "/.well-known/openid-configuration",
            () => Results.Text(new JsonObject { ["issuer"] = Url, ["jwks_uri"] = Url + "/keys" }.ToJsonString(), "application/json"));
        app.MapGet("/keys", () => Results.Text(new JsonObject { ["keys"] = _keys.DeepClone() }.ToJsonString(), "application/json"));
    }

    public string Url => _app.Urls.First();

    public static async Task<Authority> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var authority = new Authority(builder.Build());
        await authority._app.StartAsync();
        return authority;
    }

    public void Publish(string id, RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        _keys.Add(new JsonObject
        {
            ["kty"] = "RSA",
            ["use"] = "sig",
            ["kid"] = id,
            ["n"] = Base64UrlEncoder.Encode(parameters.Modulus),
            ["e"] = Base64UrlEncoder.Encode(parameters.Exponent),
        });
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
