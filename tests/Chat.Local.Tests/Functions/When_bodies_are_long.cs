using System.Net;
using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Local.Tests.Functions;

/// <summary>
/// Requests and answers go through as they come, as the real host's forwarder lets them. What begins an answer is the first byte of its
/// body: until then a failure is still an empty 500.
/// </summary>
public sealed class When_bodies_are_long : IAsyncLifetime
{
    private const int Piece = 64 * 1024;

    /// <summary>What the buffers of four sockets and two servers hold at most.</summary>
    private const int Buffers = 12 * 1024 * 1024;

    private readonly Work _work = new();
    private readonly Flow _flow = new();
    private TestHost _host = null!;

    public async Task InitializeAsync() => _host = await TestHost.StartAsync([typeof(Bodies)], app =>
    {
        app.ConfigureFunctionsWebApplication();
        app.Services.AddSingleton(_work).AddSingleton(_flow);
    });

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Should_begin_a_function_before_its_caller_has_said_anything_and_give_it_what_there_is()
    {
        using var request = new Poured(_flow);
        var answer = _host.Client.PostAsync(new Uri("api/Drinks", UriKind.Relative), request);
        await request.PourAsync(0);
        await _work.WhenBegunAsync("headers");
        await request.PourAsync(1);
        await _work.WhenBegunAsync("headers", "first piece");
        await request.PourAsync(2);
        request.End();
        using var response = await answer;
        Assert.Equal($"{3 * Piece}", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Should_give_a_caller_the_beginning_of_an_answer_before_its_end()
    {
        _work.Gate = new SemaphoreSlim(0);
        using var response = await _host.Client.GetAsync(
            new Uri("api/pours/40", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead).WaitAsync(Eventually.Timeout);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[Piece]).AsTask().WaitAsync(Eventually.Timeout);
        _work.Gate.Release();
        Assert.Equal(39 * Piece, await ReadToEndAsync(body));
    }

    [Fact]
    public async Task Should_keep_no_more_of_an_answer_than_its_buffers_hold()
    {
        const int Pieces = 50 * 16;
        using var response = await _host.Client.GetAsync(
            new Uri($"api/pours/{Pieces}", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.Content.ReadAsStreamAsync();
        Assert.Equal(Pieces * Piece, await ReadToEndAsync(body));
        Assert.InRange(_flow.FurthestAhead, 1, Buffers);
    }

    [Fact]
    public async Task Should_keep_no_more_of_a_request_than_its_buffers_hold()
    {
        const int Pieces = 28 * 16;
        _work.Gate = new SemaphoreSlim(1);
        using var request = new Poured(_flow);
        var answer = _host.Client.PostAsync(new Uri("api/Drinks", UriKind.Relative), request);
        var pouring = request.PourAsync(Pieces);
        await _work.WhenBegunAsync("headers", "first piece");
        _work.Gate.Release();
        await pouring;
        request.End();
        using var response = await answer;
        Assert.Equal($"{Pieces * Piece}", await response.Content.ReadAsStringAsync());
        Assert.InRange(_flow.FurthestAhead, 1, Buffers);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Should_answer_an_empty_413_to_a_body_over_30_MB(bool isTold)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/Drinks", UriKind.Relative));
        request.Content = new ByteArrayContent(new byte[30_000_001]);
        request.Headers.ExpectContinue = isTold;
        request.Headers.TransferEncodingChunked = !isTold;
        using var response = await _host.Client.SendAsync(request);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Should_send_no_header_of_a_function_that_throws()
    {
        using var response = await _host.Client.GetAsync(new Uri("api/Headed", UriKind.Relative));
        Assert.Equal((HttpStatusCode.InternalServerError, ""), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.False(response.Headers.Contains("X-Early"));
    }

    [Fact]
    public async Task Should_break_off_an_answer_that_has_begun_when_its_function_throws()
    {
        _work.Gate = new SemaphoreSlim(0);
        using var response = await _host.Client.GetAsync(
            new Uri("api/Breaks", UriKind.Relative),
            HttpCompletionOption.ResponseHeadersRead).WaitAsync(Eventually.Timeout);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        _work.Gate.Release();
        await Assert.ThrowsAnyAsync<Exception>(() => response.Content.ReadAsStringAsync());
    }

    private async Task<int> ReadToEndAsync(Stream body)
    {
        var (buffer, total) = (new byte[Piece], 0);
        for (int read; (read = await body.ReadAsync(buffer)) > 0; total += read)
        {
            _flow.Received(read);
        }

        return total;
    }

    /// <summary>A body that a test gives piece by piece, without a length.</summary>
    private sealed class Poured(Flow flow) : HttpContent
    {
        private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Sends pieces, or the headers alone.</summary>
        public async Task PourAsync(int pieces)
        {
            var stream = await _stream.Task;
            for (var n = 0; n < pieces; n++)
            {
                await stream.WriteAsync(new byte[Piece]);
                flow.Sent(Piece);
            }

            await stream.FlushAsync();
        }

        public void End() => _end.TrySetResult();

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            _stream.TrySetResult(stream);
            return _end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
