using Chat.Local.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class When_a_function_isnt_right
{
    [Theory]
    [InlineData(typeof(SameName), "'Twice' exists more than once")]
    [InlineData(typeof(TwoTriggers), "'Wrong' has 2 triggers")]
    [InlineData(typeof(NoTrigger), "'Wrong' has 0 triggers")]
    [InlineData(typeof(BadName), "'9 lives' needs a name")]
    [InlineData(typeof(UnknownInput), "'Wrong' has a binding that the local host doesn't know: UnknownInputAttribute")]
    [InlineData(typeof(UnknownOutput), "'Wrong' has UnknownOutputAttribute on its method, which takes the place of its HTTP answer")]
    [InlineData(typeof(MalformedRoute), "'Wrong' has the malformed route 'a/{b'")]
    [InlineData(typeof(SameRoute), "'Second' has the route of 'First': GET /api/things/{other}")]
    [InlineData(typeof(UnknownParameter), "'Wrong' has a parameter that nothing provides: String name")]
    [InlineData(typeof(UnknownRouteType), "'Wrong' has a parameter that nothing provides: DateTime when")]
    [InlineData(typeof(UnknownTriggerType), "'Wrong' has a parameter that nothing provides: String timer")]
    [InlineData(typeof(UnknownResult), "'Wrong' returns String")]
    [InlineData(typeof(ResultOfTimer), "'Wrong' returns Int32")]
    [InlineData(typeof(RetryOnQueue), "'Wrong' has FixedDelayRetryAttribute, which the host ignores")]
    [InlineData(typeof(BadRetry), "'Wrong' has a FixedDelayRetryAttribute with values that make no sense")]
    [InlineData(typeof(BadSchedule), "'Wrong' has the schedule '0 0 25 * * *'")]
    [InlineData(typeof(UndeclaredQueue), "'Wrong' listens to the queue 'nowhere'")]
    [InlineData(typeof(ContradictingSessions), "'Wrong' says IsSessionsEnabled = True, and the queue 'deliveries' says RequiresSession = False")]
    [InlineData(typeof(UndeclaredContainer), "'Wrong' needs the container 'chat/nowhere'")]
    [InlineData(typeof(SharedLeases), "'Second' would share the leases of 'First'")]
    [InlineData(typeof(NoConnection), "'Wrong' needs the setting 'Elsewhere'")]
    public void Should_refuse_to_start_and_name_it(Type functions, string because)
    {
        var refusal = Assert.Throws<HostRefusedException>(() => TestHost.Build([functions]));
        Assert.Contains($"The function {because}", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, refusal.ExitCode);
    }

    [Fact]
    public void Should_refuse_HTTP_functions_of_an_app_that_isnt_configured_for_them()
    {
        var refusal = Assert.Throws<HostRefusedException>(() => TestHost.Build([typeof(Right)], _ => { }));
        Assert.Contains("'Right' has an HTTP trigger, but the app doesn't call ConfigureFunctionsWebApplication()", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Should_accept_the_same_route_for_other_methods()
    {
        await using var host = TestHost.Build([typeof(SameRouteOtherMethod)]);
        Assert.NotNull(host);
    }

    private sealed class Right
    {
        [Function("Right")]
        public IResult Run([HttpTrigger("get")] HttpRequest request) => Results.Ok();
    }

    private sealed class SameName
    {
        [Function("Twice")]
        public void First([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
        }

        [Function("twice")]
        public void Second([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
        }
    }

    private sealed class TwoTriggers
    {
        [Function("Wrong")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer, [HttpTrigger] HttpRequest request)
        {
        }
    }

    private sealed class NoTrigger
    {
        [Function("Wrong")]
        public void Run(CancellationToken cancellationToken)
        {
        }
    }

    private sealed class BadName
    {
        [Function("9 lives")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
        }
    }

    private sealed class UnknownInput
    {
        [Function("Wrong")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer, [UnknownInput] string document)
        {
        }
    }

    private sealed class UnknownOutput
    {
        [Function("Wrong")]
        [UnknownOutput]
        public IResult Run([HttpTrigger] HttpRequest request) => Results.Ok();
    }

    private sealed class MalformedRoute
    {
        [Function("Wrong")]
        public IResult Run([HttpTrigger(Route = "a/{b")] HttpRequest request) => Results.Ok();
    }

    private sealed class SameRoute
    {
        [Function("First")]
        public IResult First([HttpTrigger("get", "post", Route = "things/{id}")] HttpRequest request) => Results.Ok();

        [Function("Second")]
        public IResult Second([HttpTrigger("get", Route = "things/{other}")] HttpRequest request) => Results.Ok();
    }

    private sealed class SameRouteOtherMethod
    {
        [Function("First")]
        public IResult First([HttpTrigger("get", Route = "things/{id}")] HttpRequest request) => Results.Ok();

        [Function("Second")]
        public IResult Second([HttpTrigger("put", Route = "things/{id}")] HttpRequest request) => Results.Ok();

        [Function("Third")]
        public IResult Third([HttpTrigger("get", Route = "things/{id:int}")] HttpRequest request) => Results.Ok();
    }

    private sealed class UnknownParameter
    {
        [Function("Wrong")]
        public IResult Run([HttpTrigger(Route = "things/{id}")] HttpRequest request, string name) => Results.Ok();
    }

    private sealed class UnknownRouteType
    {
        [Function("Wrong")]
        public IResult Run([HttpTrigger(Route = "things/{when}")] HttpRequest request, DateTime when) => Results.Ok();
    }

    private sealed class UnknownTriggerType
    {
        [Function("Wrong")]
        public void Run([TimerTrigger("0 * * * * *")] string timer)
        {
        }
    }

    private sealed class UnknownResult
    {
        [Function("Wrong")]
        public Task<string> Run([HttpTrigger] HttpRequest request) => Task.FromResult("");
    }

    private sealed class ResultOfTimer
    {
        [Function("Wrong")]
        public int Run([TimerTrigger("0 * * * * *")] TimerInfo timer) => 1;
    }

    private sealed class RetryOnQueue
    {
        [Function("Wrong")]
        [FixedDelayRetry(3, "00:00:01")]
        public void Run([ServiceBusTrigger("deliveries")] string message)
        {
        }
    }

    private sealed class BadRetry
    {
        [Function("Wrong")]
        [FixedDelayRetry(3, "soon")]
        public void Run([TimerTrigger("0 * * * * *")] TimerInfo timer)
        {
        }
    }

    private sealed class BadSchedule
    {
        [Function("Wrong")]
        public void Run([TimerTrigger("0 0 25 * * *")] TimerInfo timer)
        {
        }
    }

    private sealed class UndeclaredQueue
    {
        [Function("Wrong")]
        public void Run([ServiceBusTrigger("nowhere")] string message)
        {
        }
    }

    private sealed class ContradictingSessions
    {
        [Function("Wrong")]
        public void Run([ServiceBusTrigger("deliveries", IsSessionsEnabled = true)] string message)
        {
        }
    }

    private sealed class UndeclaredContainer
    {
        [Function("Wrong")]
        public void Run([CosmosDBTrigger("chat", "nowhere", Connection = "Cosmos")] string documents)
        {
        }
    }

    private sealed class SharedLeases
    {
        [Function("First")]
        public void First([CosmosDBTrigger("chat", "users", Connection = "Cosmos")] string documents)
        {
        }

        [Function("Second")]
        public void Second([CosmosDBTrigger("chat", "users", Connection = "Cosmos", LeaseContainerName = "leases")] string documents)
        {
        }
    }

    private sealed class NoConnection
    {
        [Function("Wrong")]
        public void Run([ServiceBusTrigger("deliveries", Connection = "Elsewhere")] string message)
        {
        }
    }

    [AttributeUsage(AttributeTargets.Parameter)]
    private sealed class UnknownInputAttribute : InputBindingAttribute;

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class UnknownOutputAttribute : OutputBindingAttribute;
}
