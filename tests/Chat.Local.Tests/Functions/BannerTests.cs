using Chat.Local.Functions;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class BannerTests
{
    [Fact]
    public void Says_that_this_is_for_development_and_how_each_function_is_triggered()
    {
        using var output = new StringWriter();
        Function[] functions =
        [
            Described.Function("Answer", """{"type":"httpTrigger","name":"request","methods":["get"],"route":"things/{id}"}"""),
            Described.Function("Deliver", """{"type":"serviceBusTrigger","name":"message","queueName":"deliveries"}"""),
            Described.Function("Follow", """{"type":"cosmosDBTrigger","name":"documents","databaseName":"chat","containerName":"users"}"""),
            Described.Function("Tick", """{"type":"timerTrigger","name":"timer","schedule":"0 0 * * * *"}"""),
        ];
        Banner.Write(output, new Uri("http://localhost:7071/"), CommandLine.Parse(["--in-memory"]), "api", functions);
        var lines = output.ToString()
            .Split(Environment.NewLine)
            .Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(
            [
                "Chat.Functions on a local Azure: a host for development and tests, never to be deployed.",
                "Data: in memory",
                "",
                "Answer http GET /api/things/{id}",
                "Deliver queue deliveries",
                "Follow feed chat/users",
                "Tick timer 0 0 * * * *",
                "",
                "Web client http://localhost:7071/ Inspector http://localhost:7071/local API http://localhost:7071/api",
                "API reference http://localhost:7071/local/reference",
                "",
            ],
            lines);
    }

    [Fact]
    public void Says_at_the_end_what_Azure_would_have_billed()
    {
        var meter = new Meter(new TestClock());
        meter.Add("cosmos", "read", 4_000_000);
        using var output = new StringWriter();
        Banner.WriteBill(output, meter);
        Assert.StartsWith("Azure would have billed $1.0000: ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("$1.0000 for 4000000 RU", output.ToString(), StringComparison.Ordinal);
    }
}
