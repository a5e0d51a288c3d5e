using Chat.Local.ServiceBus.Amqp;
using Microsoft.Azure.Amqp;
using Microsoft.Azure.Amqp.Framing;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>Clients of the port that break the protocol are cut off, alone; those that keep to it aren't.</summary>
public sealed class ProtocolTests
{
    /// <summary>Descriptors in descriptors take a byte each: as deep as a frame is long.</summary>
    private static readonly byte[] Deep = new byte[60_000];

    /// <summary>A message of one byte.</summary>
    private static readonly byte[] Fine = [0x00, 0x53, 0x75, 0xA0, 1, (byte)'a'];

    public static TheoryData<string, byte[]> Broken { get; } = new()
    {
        { "another protocol", "GET / HTTP/1.1\r\n\r\n"u8.ToArray() },
        { "another version", "AMQP\0\x2\0\0"u8.ToArray() },
        { "a frame without an end", [.. RawClient.Header, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0] },
        { "a frame beyond the maximum", [.. RawClient.Header, 0, 1, 0, 1, 2, 0, 0, 0] },
        { "a frame shorter than its header", [.. RawClient.Header, 0, 0, 0, 2, 2, 0, 0, 0] },
        { "a header longer than its frame", [.. RawClient.Header, 0, 0, 0, 9, 9, 0, 0, 0, 1] },
        { "a body that isn't whole", [.. RawClient.Header, .. RawClient.Frame([0x00, 0x53, 0x10, 0xC0])] },
        { "something else before all", [.. RawClient.Header, .. RawClient.Frame([0x00, 0x53, 0x14, 0x45])] },
        { "an unknown performative", [.. RawClient.Header, .. RawClient.Frame([0x00, 0x53, 0x7F, 0x45])] },
        { "values that nest too deep", [.. RawClient.Header, .. RawClient.Frame(Deep)] },
        { "a SASL frame beyond the maximum", [.. RawClient.SaslHeader, 0, 1, 0, 1, 2, 1, 0, 0] },
        { "a SASL frame that isn't whole", [.. RawClient.SaslHeader, 0, 0, 0, 10, 2, 1, 0, 0, 0x00, 0x53] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Bytes_that_are_no_AMQP_end_their_connection_and_disturb_nobody_else(string what, byte[] bytes)
    {
        await using var port = new TestPort();
        await using var client = port.Connect();
        var sender = client.CreateSender("orders");
        await sender.SendMessageAsync(TestBus.Message("before"));
        using var broken = await RawClient.DialAsync(port.Port);
        await broken.SendAsync(bytes);
        await broken.ReadToEndAsync();
        await sender.SendMessageAsync(TestBus.Message(what));
        Assert.Equal(2, port.Orders.Count().Active);
    }

    [Theory]
    [InlineData(new byte[] { 0x00, 0x53, 0x7F, 0x45 })]
    [InlineData(new byte[] { 0x00, 0x53, 0x14, 0x45 })]
    [InlineData(null)]
    public async Task A_broken_frame_of_an_open_connection_is_told_why_and_ends_it(byte[]? body)
    {
        await using var port = new TestPort();
        using var broken = await RawClient.OpenAsync(port.Port, TimeSpan.FromMinutes(1));
        Assert.Contains("chat-local", await broken.ReadFrameAsync(), StringComparison.Ordinal);
        await broken.SendAsync(RawClient.Frame(body ?? Deep));
        var close = await broken.ReadToEndAsync();
        Assert.Contains("amqp:", close, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_that_nests_too_deep_is_refused_alone()
    {
        await using var port = new TestPort();
        await using var connection = await LibraryConnection.OpenAsync(port);
        var sender = await connection.SenderAsync("orders");
        byte[] body = [0x00, 0x53, 0x77, .. Deep];
        var refused = Assert.IsType<Rejected>(await LibraryConnection.SendAsync(sender, body));
        Assert.Equal(AmqpErrorCode.DecodeError, refused.Error.Condition);
        Assert.IsType<Accepted>(await LibraryConnection.SendAsync(sender, Fine));
        Assert.Equal(1, port.Orders.Count().Active);
    }

    [Fact]
    public async Task A_client_that_says_nothing_is_cut_off()
    {
        await using var port = new TestPort();
        using var silent = await RawClient.DialAsync(port.Port);
        await SignalR.Eventually.TrueAsync(() => port.Clock.Waiting > 0, () => "the connection to be noticed");
        port.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Empty(await silent.ReadToEndAsync());
    }

    [Fact]
    public async Task A_connection_is_kept_by_empty_frames_and_closed_without()
    {
        // The library measures it by the real time.
        await using var port = new TestPort(AmqpLimits.Usual with { Idle = TimeSpan.FromSeconds(20) });

        // The shortest that the broker grants to a client.
        using var lively = await RawClient.OpenAsync(port.Port, TimeSpan.FromSeconds(5));
        using var silent = await RawClient.OpenAsync(port.Port, TimeSpan.FromMinutes(10));
        Assert.Contains("chat-local", await lively.ReadFrameAsync(), StringComparison.Ordinal);
        Assert.Contains("chat-local", await silent.ReadFrameAsync(), StringComparison.Ordinal);

        var frames = 0;
        var living = LiveAsync();
        Assert.Contains("amqp:connection:forced", await silent.ReadFrameAsync(), StringComparison.Ordinal);
        Assert.False(living.IsCompleted);
        Assert.NotEqual(0, frames);

        // Answers each empty frame by another.
        async Task LiveAsync()
        {
            for (; await lively.ReadFrameAsync() == ""; frames++)
            {
                await lively.SendAsync(RawClient.Frame([]));
            }
        }
    }

    [Fact]
    public async Task A_connection_without_links_is_closed_after_a_minute()
    {
        await using var port = new TestPort();
        using var idle = await RawClient.OpenAsync(port.Port, TimeSpan.FromMinutes(10));
        Assert.Contains("chat-local", await idle.ReadFrameAsync(), StringComparison.Ordinal);

        // Until then it has ten seconds to open.
        await SignalR.Eventually.TrueAsync(() => port.Clock.Waiting == 1, () => "the connection to be open");
        port.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Contains("amqp:connection:forced", await idle.ReadFrameAsync(), StringComparison.Ordinal);
    }
}
