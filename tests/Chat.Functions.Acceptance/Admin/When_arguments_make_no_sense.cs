using Xunit;

namespace Chat.Functions.Acceptance.Admin;

public class When_arguments_make_no_sense
{
    [Theory]
    [InlineData("", "Required command was not provided.")]
    [InlineData("dead-letters", "Required command was not provided.")]
    [InlineData("nonsense", "'nonsense'")]
    [InlineData("dead-letters list --local --queue other", "'other'")]
    [InlineData("dead-letters list --local --output xml", "'xml'")]
    [InlineData("dead-letters peek deliveries x --local", "'x'")]
    [InlineData("dead-letters replay deliveries --local", "--id ID, or --all")]
    [InlineData("dead-letters replay deliveries --local --id 1 --all", "--id ID, or --all")]
    [InlineData("dead-letters discard --all --local", "Required argument missing")]
    [InlineData("dead-letters list --service-bus sb://x/", "--service-bus takes a host name")]
    [InlineData("dead-letters list --service-bus Endpoint=sb://x/;SharedAccessKeyName=name", "--service-bus takes a host name")]
    [InlineData("dead-letters list --local --service-bus x.servicebus.windows.net", "Give --local, or --service-bus, not both.")]
    [InlineData("dead-letters list", "Give --local, or --service-bus NAMESPACE")]
    [InlineData("conversation show short --local", "A conversation's id is 22")]
    [InlineData("conversation log aaaaaaaaaaaaaaaaaaaaaa --local --limit 0", "--limit takes 1 to 1000.")]
    [InlineData("conversation log aaaaaaaaaaaaaaaaaaaaaa --local --limit 1001", "--limit takes 1 to 1000.")]
    [InlineData("conversation show aaaaaaaaaaaaaaaaaaaaaa", "Give --local, or --cosmos ACCOUNT")]
    [InlineData("conversation show aaaaaaaaaaaaaaaaaaaaaa --cosmos http://example.org", "--cosmos takes an https URL")]
    [InlineData("conversation show aaaaaaaaaaaaaaaaaaaaaa --cosmos AccountEndpoint=https://x/", "--cosmos takes an https URL")]
    [InlineData("conversation show aaaaaaaaaaaaaaaaaaaaaa --cosmos AccountEndpoint=x;AccountKey=eA==", "--cosmos takes an https URL")]
    [InlineData("conversation show aaaaaaaaaaaaaaaaaaaaaa --cosmos AccountEndpoint=https://x/;AccountKey=!", "--cosmos takes an https URL")]
    [InlineData(
        "conversation show aaaaaaaaaaaaaaaaaaaaaa --local --cosmos https://x.documents.azure.com", "Give --local, or --cosmos, not both.")]
    [InlineData("inbox show a/b --local", "A user's id is 1 to 128")]
    [InlineData("inbox rebuild", "Required argument missing")]
    public async Task Should_say_so_and_do_nothing(string line, string why)
    {
        var end = await AdminEnd.OfAsync("", line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal((2, ""), (end.ExitCode, end.Output));
        Assert.Contains(why, end.Error, StringComparison.Ordinal);
        Assert.Contains("--help", end.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "inbox")]
    [InlineData("dead-letters replay --help", "under new message ids")]
    [InlineData("inbox rebuild --help", "every partition")]
    public async Task Should_be_helped(string line, string help)
    {
        var end = await AdminEnd.OfAsync("", line.Split(' '));
        Assert.Equal((0, ""), (end.ExitCode, end.Error));
        Assert.Contains(help, end.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "dead-letters list --service-bus Endpoint=sb://localhost:1;SharedAccessKeyName=name;SharedAccessKey=key;"
            + "UseDevelopmentEmulator=true")]
    [InlineData("conversation show aaaaaaaaaaaaaaaaaaaaaa --cosmos AccountEndpoint=http://localhost:1/;AccountKey=eA==")]
    public async Task Should_say_what_to_do_when_no_backend_is_there(string line)
    {
        var end = await AdminEnd.OfAsync("", line.Split(' '));
        Assert.Equal((1, ""), (end.ExitCode, end.Output));
        Assert.Contains("Nothing answers", end.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet run --project local", end.Error, StringComparison.Ordinal);
    }
}
