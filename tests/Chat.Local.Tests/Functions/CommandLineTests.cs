using Chat.Local.Functions;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class CommandLineTests
{
    [Fact]
    public void Says_where_to_listen_and_to_keep_data_without_options()
    {
        var options = CommandLine.Parse([]);
        Assert.Equal(("http://localhost:7071", ".local", false, false, 8081, 8888), Values(options));
    }

    [Theory]
    [InlineData(
        "--urls http://*:80 --data /tmp/x --in-memory --reset --cosmos-port 0 --signalr-port 0", "http://*:80", "/tmp/x", true, true, 0, 0)]
    [InlineData("--reset --cosmos-port 1 --signalr-port 2 --data a --urls http://[::1]:0", "http://[::1]:0", "a", false, true, 1, 2)]
    [InlineData("--data a --data b --in-memory --in-memory", "http://localhost:7071", "b", true, false, 8081, 8888)]
    public void Takes_options_in_any_order_and_the_last_of_a_kind(
        string args,
        string url,
        string data,
        bool inMemory,
        bool reset,
        int cosmosPort,
        int signalRPort) =>
        Assert.Equal((url, data, inMemory, reset, cosmosPort, signalRPort), Values(CommandLine.Parse(args.Split(' '))));

    [Theory]
    [InlineData("--verbose", "There is no option --verbose.")]
    [InlineData("extra", "There is no option extra.")]
    [InlineData("--in-memory true", "There is no option true.")]
    [InlineData("--urls", "--urls needs a value.")]
    [InlineData("--data --reset", "--data needs a value.")]
    [InlineData("--urls localhost", "--urls can't be localhost")]
    [InlineData("--urls https://localhost:7071", "--urls can't be https://localhost:7071")]
    [InlineData("--urls http://localhost:7071/app", "--urls can't be http://localhost:7071/app")]
    [InlineData("--cosmos-port 70000", "--cosmos-port can't be 70000")]
    [InlineData("--cosmos-port -1", "--cosmos-port can't be -1")]
    [InlineData("--servicebus-port x", "--servicebus-port can't be x")]
    [InlineData("--signalr-port all", "--signalr-port can't be all")]
    [InlineData("--blob-port 65536", "--blob-port can't be 65536")]
    [InlineData("--child --cosmos-port 0", "--child needs --cosmos-port, --servicebus-port and --signalr-port")]
    [InlineData("--servicebus-port 0 --child", "--child needs --cosmos-port, --servicebus-port and --signalr-port")]
    [InlineData("--child --signalr-port 0", "--child needs --cosmos-port, --servicebus-port and --signalr-port")]
    [InlineData("--child --services-only", "--child runs the app and --services-only doesn't")]
    [InlineData(
        "--services-only --cosmos-port 0 --servicebus-port 0 --signalr-port 0 --blob-port 0", "--services-only has nothing to serve")]
    public void Refuses_anything_else_with_the_list_of_options(string args, string because)
    {
        var refusal = Assert.Throws<HostRefusedException>(() => CommandLine.Parse(args.Split(' ')));
        Assert.StartsWith(because, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("--in-memory", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(2, refusal.ExitCode);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--in-memory -h")]
    public void Lists_the_options_when_asked_and_starts_nothing(string args)
    {
        var list = Assert.Throws<HostRefusedException>(() => CommandLine.Parse(args.Split(' ')));
        Assert.StartsWith("Options:", list.Message, StringComparison.Ordinal);
        Assert.Equal(0, list.ExitCode);
    }

    private static (string, string, bool, bool, int, int) Values(CommandLine options) =>
        (options.Url, options.DataDirectory, options.InMemory, options.Reset, options.CosmosPort, options.SignalRPort);
}
