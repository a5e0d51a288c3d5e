using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Chat.Local.Tests.SignalR;

/// <summary>An ordinary client of SignalR, as people install it: what it says comes in lines, its connection id first.</summary>
internal abstract class GenuineClient : IAsyncDisposable
{
    private const string Refused = "refused: ";

    public string ConnectionId { get; private set; } = "";

    /// <summary>Why it couldn't connect; null if it could.</summary>
    public string? Refusal { get; private set; }

    /// <param name="platform"><c>.NET</c> or <c>JavaScript</c>.</param>
    /// <param name="protocol"><c>json</c> or <c>messagepack</c>.</param>
    public static async Task<GenuineClient> StartAsync(
        SignalRApp app, string platform, string protocol, HttpTransportType transport, bool reconnects = false, string user = "alice")
    {
        var url = $"{app.Http.BaseAddress}?user={user}";
        GenuineClient client = platform == ".NET"
            ? new DotNetClient(url, protocol, transport, reconnects)
            : new JavaScriptClient(url, protocol, transport, reconnects);
        var line = await client.NextLineAsync();
        client.Refusal = line.StartsWith(Refused, StringComparison.Ordinal) ? line : null;
        client.ConnectionId = line;
        return client;
    }

    public async Task<string> NextLineAsync() => await ReadLineAsync().WaitAsync(Eventually.Timeout);

    public abstract ValueTask DisposeAsync();

    protected abstract Task<string> ReadLineAsync();

    private sealed class DotNetClient : GenuineClient
    {
        private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
        private readonly HubConnection _connection;

        public DotNetClient(string url, string protocol, HttpTransportType transport, bool reconnects)
        {
            var builder = new HubConnectionBuilder().WithUrl(url, transport);
            if (protocol == "messagepack")
            {
                builder.AddMessagePackProtocol();
            }

            if (reconnects)
            {
                builder.WithAutomaticReconnect(
                    [TimeSpan.Zero, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)]);
            }

            _connection = builder.Build();
            _connection.On<string>("Said", async what =>
            {
                Say(what.Length > 100 ? $"{what.Length}" : what);
                if (what == "bye")
                {
                    await _connection.StopAsync();
                }
            });
            _connection.On<Happening[]>("events", events => Say(JsonSerializer.Serialize(events)));
            _connection.Reconnected += id => Task.FromResult(Say($"reconnected: {id}"));
            _connection.Closed += error => Task.FromResult(Say($"closed: {error?.Message ?? "without an error"}"));
            _ = ConnectAsync();
        }

        public override ValueTask DisposeAsync() => _connection.DisposeAsync();

        protected override async Task<string> ReadLineAsync() => await _lines.Reader.ReadAsync();

        private bool Say(string line) => _lines.Writer.TryWrite(line);

        private async Task ConnectAsync()
        {
            try
            {
                await _connection.StartAsync();
                Say(_connection.ConnectionId!);
            }
            catch (Exception refused) when (!_lines.Reader.Completion.IsCompleted)
            {
                Say($"{Refused}{refused.Message}");
            }
        }
    }

    private sealed class JavaScriptClient : GenuineClient
    {
        private readonly Process _node;

        public JavaScriptClient(
            string url,
            string protocol,
            HttpTransportType transport,
            bool reconnects,
            [CallerFilePath] string thisFile = "")
        {
            var folder = Path.Combine(Path.GetDirectoryName(thisFile)!, "node");
            Assert.True(
                Directory.Exists(Path.Combine(folder, "node_modules")),
                $"The npm packages aren't there: run 'npm ci' in {folder}.");
            try
            {
                _node = Process.Start(new ProcessStartInfo(
                    "node", [Path.Combine(folder, "client.mjs"), url, $"{transport}", protocol, reconnects ? "reconnects" : ""])
                {
                    UseShellExecute = false,
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                })!;
            }
            catch (Win32Exception)
            {
                Assert.Fail("This test runs the JavaScript client of SignalR, for which Node.js 20 or later must be installed as 'node'.");
                throw;
            }
        }

        public override async ValueTask DisposeAsync()
        {
            _node.Kill();
            await _node.WaitForExitAsync();
            _node.Dispose();
        }

        protected override async Task<string> ReadLineAsync() =>
            await _node.StandardOutput.ReadLineAsync()
                ?? throw new InvalidOperationException($"The client ended: {await _node.StandardError.ReadToEndAsync()}");
    }
}
