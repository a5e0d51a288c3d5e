using System.Net;
using Azure.Core;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Functions.Tests.Realtime;

public class UserConnectionsTests
{
    [Theory]
    [InlineData("AzureSignalRConnectionString", "Endpoint=https://chat.example;AuthType=azure.msi;Version=1.0;")]
    [InlineData("AzureSignalRConnectionString:serviceUri", "https://chat.example/")]
    public async Task Close_connections_by_the_apps_identity_where_there_is_no_key(string setting, string value)
    {
        using var service = new Service();
        await using var services = new ServiceCollection()
            .AddSingleton<TokenCredential>(new Identity())
            .AddHttpClient(ChatHub.Connection).ConfigurePrimaryHttpMessageHandler(() => service).Services
            .BuildServiceProvider();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { [setting] = value })
            .Build();
        var connections = new UserConnections(
            services.GetRequiredService<IHttpClientFactory>(),
            configuration,
            services,
            TimeProvider.System);

        await connections.CloseAsync(new UserId("bob"), CancellationToken.None);

        Assert.Equal(
            "POST https://chat.example/api/hubs/chathub/users/bob/:closeConnections?api-version=2022-06-01 Bearer identity",
            service.Asked);
    }

    private sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new("identity", DateTimeOffset.MaxValue);

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            ValueTask.FromResult(GetToken(requestContext, cancellationToken));
    }

    private sealed class Service : HttpMessageHandler
    {
        public string? Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked = $"{request.Method} {request.RequestUri} {request.Headers.Authorization}";
            return Task.FromResult(new HttpResponseMessage(HttpStatusCode.NoContent));
        }
    }
}
