using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Chat.Local.CosmosDb;
using Chat.Local.CosmosDb.Protocol;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class ListenerTests
{
    [Fact]
    public async Task Should_serve_the_same_account_over_http()
    {
        await using var account = await CosmosAccount.StartAsync();
        var port = await account.Service.ListenAsync(0, CancellationToken.None);
        await account.CreateAsync("""{"id":"a b","pk":"k"}""");

        using var client = Connect(port, CosmosService.WellKnownKey);
        var container = client.GetContainer("chat", "items");
        Assert.NotNull((await container.ReadItemAsync<JsonObject>("a b", new PartitionKey("k"))).Resource);
        using var batch = await container.CreateTransactionalBatch(new PartitionKey("k"))
            .CreateItemStream(CosmosAccount.Json("""{"id":"b","pk":"k"}"""))
            .ExecuteAsync();
        Assert.True(batch.IsSuccessStatusCode);
        using var feed = container.GetChangeFeedIterator<JsonObject>(ChangeFeedStartFrom.Beginning(), ChangeFeedMode.LatestVersion);
        Assert.Equal(HttpStatusCode.OK, (await feed.ReadNextAsync()).StatusCode);
        await client.GetDatabase("chat").CreateContainerIfNotExistsAsync("more", "/pk");
        Assert.NotNull(await account.FindAsync("k", "b"));
    }

    [Fact]
    public async Task Should_serve_https_on_the_same_port_with_a_certificate_that_it_gives_out()
    {
        using var directory = new TemporaryDirectory();
        var pem = await ReadCertificateAsync();
        Assert.Equal(pem, await ReadCertificateAsync());

        async Task<string> ReadCertificateAsync()
        {
            await using var account = await CosmosAccount.StartAsync(directory: directory.Path);
            var port = await account.Service.ListenAsync(0, CancellationToken.None);
            using var plain = new HttpClient();
            var given = await plain.GetStringAsync(new Uri($"http://localhost:{port}/_explorer/emulator.pem"));
            using var certificate = X509Certificate2.CreateFromPem(given);
            var connection = $"AccountEndpoint=https://localhost:{port}/;AccountKey={CosmosService.WellKnownKey};";
            using var client = new CosmosClient(connection, new CosmosClientOptions
            {
                ConnectionMode = ConnectionMode.Gateway,
                ServerCertificateCustomValidationCallback = (shown, _, _) =>
                    shown.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span) && shown.MatchesHostname("localhost"),
            });
            Assert.Equal("chat", (await client.GetDatabase("chat").ReadAsync()).Resource.Id);
            return given;
        }
    }

    [Theory]
    [InlineData("%2541", "%41")]
    [InlineData("a%252Fb", "a%2Fb")]
    [InlineData("%41", "A")]
    public async Task Should_take_an_address_as_it_was_sent(string escaped, string id)
    {
        await using var account = await CosmosAccount.StartAsync();
        var port = await account.Service.ListenAsync(0, CancellationToken.None);
        await account.CreateAsync($$"""{"id":"{{id}}","pk":"k"}""");
        using var http = new HttpClient();
        using var read = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://localhost:{port}/dbs/chat/colls/items/docs/{escaped}"));
        read.Headers.Add("x-ms-date", "now");
        read.Headers.Add("x-ms-documentdb-partitionkey", "[\"k\"]");
        read.Headers.TryAddWithoutValidation("Authorization", MasterKey.Authorize("GET", $"dbs/chat/colls/items/docs/{id}", "now"));

        using var answer = await http.SendAsync(read);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(id, (string?)(await JsonNode.ParseAsync(await answer.Content.ReadAsStreamAsync()))!["id"]);
    }

    [Fact]
    public async Task Should_have_a_certificate_for_this_machine_that_every_system_takes_and_a_new_one_when_it_ends()
    {
        using var directory = new TemporaryDirectory();
        var clock = new TestClock();
        var certificates = new List<X509Certificate2>();
        foreach (var days in new[] { 0, 822, 2 })
        {
            clock.Advance(TimeSpan.FromDays(days));
            await using var account = await CosmosAccount.StartAsync(directory: directory.Path, time: clock);
            certificates.Add(account.Service.Certificate);
        }

        Assert.All(certificates, certificate =>
        {
            Assert.True(certificate.HasPrivateKey);
            Assert.All(["localhost", "127.0.0.1", "::1"], name => Assert.True(certificate.MatchesHostname(name), name));
            Assert.Equal(TimeSpan.FromDays(825), certificate.NotAfter - certificate.NotBefore);
            Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
            Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        });
        Assert.Equal(certificates[0].Thumbprint, certificates[1].Thumbprint);
        Assert.NotEqual(certificates[1].Thumbprint, certificates[2].Thumbprint);
        certificates.ForEach(certificate => certificate.Dispose());
    }

    [Fact]
    public async Task Should_tell_a_client_in_direct_mode_to_use_the_gateway()
    {
        await using var account = await CosmosAccount.StartAsync();
        var port = await account.Service.ListenAsync(0, CancellationToken.None);

        using var client = new CosmosClient($"AccountEndpoint=http://localhost:{port}/;AccountKey={CosmosService.WellKnownKey};");
        var refused = await Assert.ThrowsAsync<CosmosException>(
            () => client.GetContainer("chat", "items").ReadItemAsync<JsonObject>("a", new PartitionKey("k")));

        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Use ConnectionMode.Gateway", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_refuse_other_keys()
    {
        await using var account = await CosmosAccount.StartAsync();
        var port = await account.Service.ListenAsync(0, CancellationToken.None);

        using var client = Connect(port, Convert.ToBase64String(new byte[64]));
        var refused = await Assert.ThrowsAsync<CosmosException>(
            () => client.GetContainer("chat", "items").ReadItemAsync<JsonObject>("a", new PartitionKey("k")));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Should_close_a_connection_that_sends_nothing()
    {
        var clock = new TestClock();
        await using var account = await CosmosAccount.StartAsync(time: clock);
        var port = await account.Service.ListenAsync(0, CancellationToken.None);
        var before = clock.Waiting;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port!.Value);
        while (clock.Waiting == before)
        {
            await Task.Yield();
        }

        clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1]).AsTask().WaitAsync(SignalR.Eventually.Timeout));
    }

    [Fact]
    public async Task Should_say_when_the_port_is_taken()
    {
        await using var account = await CosmosAccount.StartAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        Assert.Null(await account.Service.ListenAsync(((IPEndPoint)other.LocalEndpoint).Port, CancellationToken.None));
    }

    private static CosmosClient Connect(int? port, string key) =>
        new(
            $"AccountEndpoint=http://localhost:{port}/;AccountKey={key};",
            new CosmosClientOptions { ConnectionMode = ConnectionMode.Gateway, UseSystemTextJsonSerializerWithOptions = new() });
}
