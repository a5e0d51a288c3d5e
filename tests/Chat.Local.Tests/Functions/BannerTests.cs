using Azure.Messaging.ServiceBus;
using Chat.Local.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class BannerTests
{
    [Fact]
    public void Says_that_this_is_for_development_and_how_each_function_is_triggered()
    {
        using var output = new StringWriter();
        Banner.Write(output, new Uri("http://localhost:7071/"), CommandLine.Parse(["--in-memory"]), new HostJson(), FunctionCatalog.Find([typeof(Functions)], "api", new ConfigurationBuilder().Build()));
        var lines = output.ToString().Split(Environment.NewLine).Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
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

    private sealed class Functions
    {
        [Function("Answer")]
        public IResult Answer([HttpTrigger("get", Route = "things/{id}")] HttpRequest request) => Results.Ok();

        [Function("Deliver")]
        public void Deliver([ServiceBusTrigger("deliveries")] ServiceBusReceivedMessage message)
        {
        }

        [Function("Follow")]
        public void Follow([CosmosDBTrigger("chat", "users", Connection = "Cosmos")] string documents)
        {
        }

        [Function("Tick")]
        public void Tick([TimerTrigger("0 0 * * * *")] TimerInfo timer)
        {
        }
    }
}
