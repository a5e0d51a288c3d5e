using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance;

/// <summary>Who starts the backend where something else listens, or where they may not, reads one sentence that says what to do.</summary>
public sealed class When_a_port_is_taken : IDisposable
{
    private readonly TcpListener _other = new(IPAddress.Loopback, 0);

    public When_a_port_is_taken() => _other.Start();

    private string Port => ((IPEndPoint)_other.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

    public void Dispose() => _other.Dispose();

    [Fact]
    public async Task Should_say_so_in_one_line()
    {
        var (exitCode, output, error) = await Backend.IsRefusedAsync(
            "--in-memory",
            "--cosmos-port",
            "0",
            "--servicebus-port",
            "0",
            "--signalr-port",
            "0",
            "--blob-port",
            "0",
            "--urls",
            $"http://127.0.0.1:{Port}");

        // On a busy machine the app may warn that its start is slow.
        Assert.Equal(1, exitCode);
        Assert.DoesNotContain("API", output, StringComparison.Ordinal);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"http://127.0.0.1:{Port}", line, StringComparison.Ordinal);
        Assert.Contains("--urls", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_say_so_of_an_address_that_isnt_this_machines()
    {
        var (exitCode, output, error) = await Backend.IsRefusedAsync(
            "--in-memory",
            "--cosmos-port",
            "0",
            "--servicebus-port",
            "0",
            "--signalr-port",
            "0",
            "--blob-port",
            "0",
            "--urls",
            "http://192.0.2.1:7071");

        // On a busy machine the app may warn that its start is slow.
        Assert.Equal(1, exitCode);
        Assert.DoesNotContain("API", output, StringComparison.Ordinal);
        Assert.Contains("--urls", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_leave_no_child_when_the_start_fails()
    {
        string[] ports =
        [
            "--cosmos-port",
            Backend.FreePort(),
            "--servicebus-port",
            Backend.FreePort(),
            "--signalr-port",
            Backend.FreePort(),
            "--blob-port",
            Backend.FreePort(),
        ];

        // The output ends when nobody holds it any more.
        var (exitCode, output, error) = await Backend.IsRefusedAsync(
            ["--in-memory", "--child", .. ports, "--urls", $"http://127.0.0.1:{Port}"]);

        Assert.Equal(1, exitCode);
        Assert.Contains("The worker is process", output, StringComparison.Ordinal);
        Assert.Contains("--urls", Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--child", "--cosmos-port")]
    [InlineData("--child", "--servicebus-port")]
    [InlineData("--child", "--signalr-port")]
    [InlineData("--services-only", "--signalr-port")]
    [InlineData("--services-only", "--blob-port")]
    public async Task Should_start_nothing_that_needs_the_port_of_a_service(string option, string port)
    {
        string[] options =
        [
            "--in-memory",
            option,
            "--cosmos-port",
            Backend.FreePort(),
            "--servicebus-port",
            Backend.FreePort(),
            "--signalr-port",
            Backend.FreePort(),
            "--blob-port",
            Backend.FreePort(),
            port,
            Port,
        ];
        var (exitCode, _, error) = await Backend.IsRefusedAsync(options);

        Assert.Equal(1, exitCode);
        var line = Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"Port {Port} can't be had", line, StringComparison.Ordinal);
        Assert.Contains(port, line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--cosmos-port")]
    [InlineData("--servicebus-port")]
    [InlineData("--signalr-port")]
    [InlineData("--blob-port")]
    public async Task Should_go_on_without_the_port_of_a_service(string option)
    {
        // The app's port is taken too, so that it ends.
        var (_, output, _) = await Backend.IsRefusedAsync(
            "--in-memory", "--cosmos-port", "0", "--servicebus-port", "0", "--signalr-port", "0", "--blob-port", "0", option, Port,
            "--urls", $"http://127.0.0.1:{Port}");

        // A busy machine may end the process before the app has started, which it says.
        var line = Assert.Single(output.Split('\n'), one => one.Contains("can't be had", StringComparison.Ordinal));
        Assert.Contains($"Port {Port} can't be had", line, StringComparison.Ordinal);
        Assert.Contains(option, line, StringComparison.Ordinal);
    }
}
