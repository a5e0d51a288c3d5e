using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using Chat.Functions.Previews;
using Xunit;

namespace Chat.Functions.Tests.Previews;

/// <summary>What users name must not lead into any network but the public Internet, however they spell it.</summary>
public sealed class PublicWebTests : IDisposable
{
    private const string Public = "93.184.215.14";

    private readonly FakeNetwork _network = new();
    private readonly PublicWeb _web;

    public PublicWebTests()
    {
        _web = new PublicWeb(_network, TimeProvider.System);
        _network.Names["public.example"] = [Public];
        _network.Sites[Public] = Page("<title>Hello</title>");
    }

    public static TheoryData<string> Inner =>
    [
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "127.0.0.1.", "①②⑦.⓪.⓪.①",
        "127。0。0。1", "0.0.0.0", "0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "169.254.169.254", "0xa9fea9fe", "2852039166",
        "172.16.0.1", "172.31.255.255", "192.168.0.1", "192.0.0.192", "198.18.0.1", "192.0.2.1", "198.51.100.1", "203.0.113.1",
        "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255", "[::]", "[::1]", "[::127.0.0.1]", "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[::ffff:a9fe:a9fe]", "[::ffff:0:127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::a00:1]", "[2002:7f00:1::1]",
        "[2001:0:53aa:64c::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fec0::1]", "[fc00::1]", "[fd00:ec2::254]", "[ff02::1]", "[100::1]",
        "[2001:db8::1]", "[3fff::1]",
    ];

    public static TheoryData<string> Refused =>
    [
        "http://public.example:8080/", "http://public.example:443/", "https://public.example:80/", "http://alice@public.example/",
        "ftp://public.example/", "file:///etc/passwd", "gopher://public.example/",
    ];

    [Theory]
    [MemberData(nameof(Inner))]
    public async Task Should_not_connect_to_what_is_not_public(string host)
    {
        if (Uri.TryCreate($"http://{host}/latest/meta-data/", UriKind.Absolute, out var address))
        {
            Assert.Null(await GetAsync(address.AbsoluteUri));
        }

        Assert.Empty(_network.Connected);
    }

    [Theory]
    [MemberData(nameof(Inner))]
    public async Task Should_not_be_led_there_by_a_redirect_or_a_name(string host)
    {
        _network.Sites[Public] = Redirect($"http://{host}/");
        Assert.Null(await GetAsync("http://public.example/"));
        Assert.All(_network.Connected, address => Assert.Equal(Public, address));
        if (IPAddress.TryParse(host.Trim('[', ']'), out var inner))
        {
            _network.Names["inner.example"] = [inner.ToString()];
            _network.Names["both.example"] = [Public, inner.ToString()];
            Assert.Null(await GetAsync("http://inner.example/"));
            Assert.Null(await GetAsync("http://both.example/"));
            Assert.Single(_network.Connected);
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Should_take_web_addresses_at_their_own_ports_only(string address)
    {
        Assert.Null(await GetAsync(address));
        Assert.Empty(_network.Connected);
    }

    [Fact]
    public async Task Should_connect_to_the_address_that_was_checked_when_the_name_changes()
    {
        _network.Names["rebinding.example"] = [Public];
        _network.Resolved = name => _network.Names[name] = ["127.0.0.1"];

        Assert.NotNull(await GetAsync("http://rebinding.example/"));
        Assert.Null(await GetAsync("http://rebinding.example/"));
        Assert.Equal([Public], _network.Connected);
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(4, false)]
    public async Task Should_follow_three_redirects(int count, bool isFollowed)
    {
        for (var n = 0; n < count; n++)
        {
            _network.Names[$"hop{n}.example"] = [$"93.184.216.{n}"];
            var next = n + 1 < count ? $"http://hop{n + 1}.example/" : "http://public.example/";
            _network.Sites[$"93.184.216.{n}"] = Redirect(next);
        }

        Assert.Equal(isFollowed, await GetAsync("http://hop0.example/") is not null);
    }

    [Fact]
    public async Task Should_take_no_more_than_a_megabyte_however_it_is_packed_and_nothing_but_pages()
    {
        Assert.Equal("<title>Hello</title>", await GetAsync("http://public.example/"));
        _network.Sites[Public] = Page(new string('x', 1_000_001));
        Assert.Null(await GetAsync("http://public.example/"));
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(new byte[20_000_000]);
        }

        _network.Sites[Public] = Answer("text/html", packed.ToArray(), "Content-Encoding: gzip\r\n");
        Assert.Null(await GetAsync("http://public.example/"));
        _network.Sites[Public] = Answer("application/octet-stream", [1, 2, 3]);
        Assert.Null(await GetAsync("http://public.example/"));
        _network.Sites[Public] = "nonsense"u8.ToArray();
        Assert.Null(await GetAsync("http://public.example/"));
    }

    [Theory]
    [InlineData("Look at https://a.example/x, please", "https://a.example/x")]
    [InlineData("(https://a.example/x)", "https://a.example/x")]
    [InlineData("https://a.example/x_(y)", "https://a.example/x_(y)")]
    [InlineData("a.example", null)]
    [InlineData("http://a.example:8080/", null)]
    [InlineData("javascript:alert(1)", null)]
    public void Should_find_the_link_of_a_text(string text, string? link) => Assert.Equal(link, LinkPreview.LinkIn(text));

    [Fact]
    public void Should_read_what_a_page_says_as_text_within_bounds()
    {
        var page = new WebContent(new Uri("https://a.example/dir/page"), Encoding.UTF8.GetBytes(
            $"""
            <html><head><title>Plain</title><meta property="og:title" content="A &lt;b&gt;&#8238; title&#10; {new string('x', 500)}">
            <meta name="description" content="  "><meta property="og:image" content="../i.png"><script>alert(1)</script></head></html>
            """));
        var said = PageSummary.Of(page)!;
        Assert.StartsWith("A <b> title x", said.Title, StringComparison.Ordinal);
        Assert.Equal((128, null, "https://a.example/i.png"), (said.Title.Length, said.Description, said.Image?.AbsoluteUri));
        Assert.Null(PageSummary.Of(page with { Bytes = "<html></html>"u8.ToArray() }));
    }

    public void Dispose() => _web.Dispose();

    private async Task<string?> GetAsync(string address)
    {
        var got = await _web.TryGetAsync(new Uri(address), ["text/html"], CancellationToken.None);
        return got is null ? null : Encoding.UTF8.GetString(got.Bytes);
    }

    private static byte[] Redirect(string to) =>
        Encoding.UTF8.GetBytes($"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");

    private static byte[] Page(string html) => Answer("text/html; charset=utf-8", Encoding.UTF8.GetBytes(html));

    private static byte[] Answer(string type, byte[] body, string more = "") =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n{more}Content-Length: {body.Length}\r\n\r\n")),
        .. body,
    ];

    /// <summary>Sites by address; the address that a connection went to is noted.</summary>
    private sealed class FakeNetwork : PublicNetwork
    {
        private readonly ConcurrentQueue<string> _connected = [];

        public Dictionary<string, string[]> Names { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, byte[]> Sites { get; } = new(StringComparer.Ordinal);

        public Action<string> Resolved { get; set; } = _ => { };

        public List<string> Connected => [.. _connected];

        public override Task<IReadOnlyList<IPAddress>> ResolveAsync(string host, CancellationToken cancellationToken)
        {
            var found = Names.GetValueOrDefault(host, []).Select(IPAddress.Parse).ToList();
            Resolved(host);
            return Task.FromResult<IReadOnlyList<IPAddress>>(found);
        }

        public override Task<Stream> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
        {
            _connected.Enqueue(addresses[0].ToString());
            return Task.FromResult<Stream>(new Canned(Sites[addresses[0].ToString()]));
        }
    }

    /// <summary>A connection at whose other end is always the same answer.</summary>
    private sealed class Canned(byte[] answer) : MemoryStream(answer, writable: false)
    {
        public override bool CanWrite => true;

        public override void Write(byte[] buffer, int offset, int count)
        {
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => Task.CompletedTask;

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;
    }
}
