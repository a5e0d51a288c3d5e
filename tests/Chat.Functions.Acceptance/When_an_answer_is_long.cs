using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using Chat.Functions.Acceptance.Harness;
using Xunit;
using Xunit.Abstractions;

namespace Chat.Functions.Acceptance;

/// <summary>Long answers are compressed for who takes gzip; short ones and those with a secret in them never.</summary>
public sealed class When_an_answer_is_long(ITestOutputHelper output) : IAsyncLifetime
{
    private ChatApp _app = null!;

    public async Task InitializeAsync() => _app = await ChatApp.StartAsync();

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData("gzip, deflate, br")]
    [InlineData("GZIP;q=0.5")]
    [InlineData("*")]
    public async Task Should_be_the_same_in_fewer_bytes(string accepted)
    {
        await WriteAsync("Somebody always says something like this.", 20);

        using var plain = await AskAsync(HttpMethod.Get, "/api/conversations/{0}/messages?limit=20", null);
        using var compressed = await AskAsync(HttpMethod.Get, "/api/conversations/{0}/messages?limit=20", accepted);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (plain.StatusCode, compressed.StatusCode));
        Assert.Equal(["gzip"], compressed.Content.Headers.ContentEncoding);
        Assert.All([plain, compressed], answer => Assert.Contains("Accept-Encoding", answer.Headers.Vary));
        Assert.Empty(plain.Content.Headers.ContentEncoding);
        var (text, bytes) = (await plain.Content.ReadAsByteArrayAsync(), await compressed.Content.ReadAsByteArrayAsync());
        output.WriteLine($"{text.Length} bytes, {bytes.Length} compressed");
        Assert.True(bytes.Length < text.Length / 2);
        Assert.Equal(bytes.Length, compressed.Content.Headers.ContentLength);
        await using var opened = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        using var copy = new MemoryStream();
        await opened.CopyToAsync(copy);
        Assert.Equal(text, copy.ToArray());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip;q=0, *")]
    [InlineData("identity;q=1, *;q=0")]
    [InlineData("gzip;q=no;;")]
    public async Task Should_be_plain_for_who_doesnt_take_gzip(string accepted)
    {
        await WriteAsync("Somebody always says something like this.", 20);

        using var answer = await AskAsync(HttpMethod.Get, "/api/conversations/{0}/messages?limit=20", accepted);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(answer.Content.Headers.ContentEncoding);
    }

    [Fact]
    public async Task Should_not_be_compressed_when_it_is_short_or_holds_a_secret()
    {
        await WriteAsync("Hi", 1);

        using var page = await AskAsync(HttpMethod.Get, "/api/conversations/{0}/messages?limit=1", "gzip");
        using var token = await AskAsync(HttpMethod.Post, "/api/realtime/negotiate", "gzip");

        foreach (var answer in new[] { page, token })
        {
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Empty(answer.Content.Headers.ContentEncoding);
            Assert.Empty(answer.Headers.Vary);
        }
    }

    [Fact]
    public async Task Should_be_compressed_when_it_is_a_refusal_of_many_faults()
    {
        var wrong = new { messages = Enumerable.Range(0, 50).Select(_ => new { clientMessageId = "", text = "" }) };

        using var refusal = await AskAsync(HttpMethod.Post, "/api/conversations/{0}/messages/batch", "gzip", JsonContent.Create(wrong));

        Assert.Equal(HttpStatusCode.BadRequest, refusal.StatusCode);
        Assert.Equal(["gzip"], refusal.Content.Headers.ContentEncoding);
        Assert.Equal("application/problem+json", refusal.Content.Headers.ContentType?.MediaType);
    }

    private async Task WriteAsync(string text, int times)
    {
        var conversation = (await _app.As("alice").StartDirectAsync("bob")).ConversationId;
        for (var i = 0; i < times; i++)
        {
            await _app.As("alice").SendAsync(conversation, text);
        }
    }

    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, string? accepted, HttpContent? body = null)
    {
        var conversation = (await _app.As("alice").StartDirectAsync("bob")).ConversationId;
        return await Person.PatientlyAsync(() => _app.As("alice").SendAsync(
            method,
            string.Format(CultureInfo.InvariantCulture, path, conversation),
            body,
            request => request.Headers.TryAddWithoutValidation("Accept-Encoding", accepted)));
    }
}
