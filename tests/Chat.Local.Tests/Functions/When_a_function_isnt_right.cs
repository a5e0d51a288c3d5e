using Chat.Local.Functions;
using Chat.Local.Functions.Protocol;
using Chat.Local.TestApp;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_a_function_isnt_right
{
    private const string Timer = """{"type":"timerTrigger","name":"timer","schedule":"0 * * * * *"}""";
    private const string Queue = """{"type":"serviceBusTrigger","name":"message","queueName":"deliveries"}""";
    private const string Feed =
        """{"type":"cosmosDBTrigger","name":"changes","databaseName":"chat","containerName":"users","connection":"Cosmos"}""";

    [Theory]
    [InlineData("'Wrong' has 2 triggers", Timer, Queue)]
    [InlineData("'Wrong' has 0 triggers", """{"type":"http","name":"$return","direction":"Out"}""")]
    [InlineData("'Wrong' has a binding that the local host doesn't know: blobTrigger", """{"type":"blobTrigger","name":"blob"}""")]
    [InlineData(
        "'Wrong' has a binding that the local host doesn't know: cosmosDB",
        Timer,
        """{"type":"cosmosDB","name":"document","direction":"In"}""")]
    [InlineData(
        "'Wrong' has a binding that the local host doesn't know: http", Timer, """{"type":"http","name":"$return","direction":"Out"}""")]
    [InlineData("'Wrong' has the malformed route 'a/{b'", """{"type":"httpTrigger","name":"request","route":"a/{b"}""")]
    [InlineData(
        "'Wrong' has the route 'Admin/cases', which the host keeps for itself",
        """{"type":"httpTrigger","name":"request","route":"Admin/cases"}""")]
    public void Should_refuse_to_start_and_name_it(string because, params string[] bindings) =>
        ShouldBeRefused(because, () => Described.Function("Wrong", bindings));

    [Theory]
    [InlineData("'Wrong' has the schedule '0 0 25 * * *'", """{"type":"timerTrigger","name":"timer","schedule":"0 0 25 * * *"}""")]
    [InlineData("'Wrong' listens to the queue 'nowhere'", """{"type":"serviceBusTrigger","name":"message","queueName":"nowhere"}""")]
    [InlineData(
        "'Wrong' says IsSessionsEnabled = True, and the queue 'deliveries' says RequiresSession = False",
        """{"type":"serviceBusTrigger","name":"message","queueName":"deliveries","isSessionsEnabled":true}""")]
    [InlineData(
        "'Wrong' needs the container 'chat/nowhere'",
        """{"type":"cosmosDBTrigger","name":"changes","databaseName":"chat","containerName":"nowhere","connection":"Cosmos"}""")]
    [InlineData(
        "'Wrong' needs the setting 'Elsewhere'",
        """{"type":"serviceBusTrigger","name":"message","queueName":"deliveries","connection":"Elsewhere"}""")]
    public async Task Should_refuse_a_trigger_that_cant_work(string because, string binding)
    {
        await using var azure = await LocalAzure.StartAsync(null);
        await using var triggers = Triggers(azure);
        ShouldBeRefused(because, () => triggers.Create(Described.Function("Wrong", binding)));
    }

    [Fact]
    public void Should_refuse_a_name_that_isnt_one() =>
        ShouldBeRefused("'9 lives' needs a name", () => Described.Function("9 lives", Timer));

    [Fact]
    public void Should_refuse_a_name_that_is_there_twice() =>
        ShouldBeRefused(
            "'Twice' exists more than once",
            () => Described.Read(Described.Metadata("Twice", Timer), Described.Metadata("twice", Timer)));

    [Fact]
    public void Should_refuse_a_route_that_is_there_twice()
    {
        var first = Described.Metadata(
            "First",
            """{"type":"httpTrigger","name":"request","methods":["get","post"],"route":"things/{id}"}""");
        var second = Described.Metadata("Second", """{"type":"httpTrigger","name":"request","methods":["get"],"route":"things/{other}"}""");
        ShouldBeRefused("'Second' has the route of 'First': GET /api/things/{other}", () => Described.Read(first, second));
    }

    [Fact]
    public void Should_accept_the_same_route_for_other_methods()
    {
        var read = Described.Read(
            Described.Metadata("First", """{"type":"httpTrigger","name":"request","methods":["get"],"route":"things/{id}"}"""),
            Described.Metadata("Second", """{"type":"httpTrigger","name":"request","methods":["put"],"route":"things/{id}"}"""),
            Described.Metadata("Third", """{"type":"httpTrigger","name":"request","methods":["get"],"route":"things/{id:int}"}"""));
        Assert.Equal(3, read.Count);
    }

    [Fact]
    public void Should_refuse_a_retry_policy_that_the_host_ignores()
    {
        var metadata = Described.Metadata("Wrong", Queue);
        metadata.RetryOptions = new RpcRetryOptions { MaxRetryCount = 3 };
        ShouldBeRefused("'Wrong' has a retry policy, which the host ignores", () => Described.Read(metadata));
    }

    [Fact]
    public void Should_refuse_a_retry_policy_that_makes_no_sense()
    {
        var metadata = Described.Metadata("Wrong", Timer);
        metadata.RetryOptions = new RpcRetryOptions
        {
            MaxRetryCount = 3,
            MinimumInterval = Duration.FromTimeSpan(TimeSpan.FromSeconds(2)),
            MaximumInterval = Duration.FromTimeSpan(TimeSpan.FromSeconds(1)),
        };
        ShouldBeRefused(
            "'Wrong' has a retry policy with values that make no sense",
            () => RetryPolicy.Of(Described.Read(metadata).Single()));
    }

    [Fact]
    public async Task Should_refuse_leases_that_two_would_share()
    {
        await using var azure = await LocalAzure.StartAsync(null);
        await using var triggers = Triggers(azure);
        triggers.Create(Described.Function("First", Feed));
        ShouldBeRefused("'Second' would share the leases of 'First'", () => triggers.Create(Described.Function("Second", Feed)));
    }

    [Fact]
    public async Task Should_refuse_HTTP_functions_of_an_app_that_isnt_configured_for_them()
    {
        var refusal = await Assert.ThrowsAsync<HostRefusedException>(() => TestHost.StartAsync([typeof(Right)], _ => { }));
        Assert.Contains(
            "'Right' has an HTTP trigger, but the app doesn't call ConfigureFunctionsWebApplication()",
            refusal.Message,
            StringComparison.Ordinal);
    }

    private static TriggerFactory Triggers(LocalAzure azure)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("ServiceBus", "here"), new("Cosmos", "here")]).Build();
        return new TriggerFactory(azure, new HostJson(), settings, runner: null!, NullLoggerFactory.Instance);
    }

    private static void ShouldBeRefused(string because, Action read)
    {
        var refusal = Assert.Throws<HostRefusedException>(read);
        Assert.Contains($"The function {because}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, refusal.ExitCode);
    }
}
