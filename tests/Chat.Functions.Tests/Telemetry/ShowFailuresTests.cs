using Chat.Functions.Telemetry;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Azure.Cosmos;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Telemetry;

/// <summary>What the host is told of a function's failure, which it logs.</summary>
public sealed class ShowFailuresTests : IAsyncLifetime
{
    private Deployment _deployment = null!;
    private Container _conversations = null!;

    public async Task InitializeAsync()
    {
        _deployment = await Deployment.StartAsync();
        _conversations = _deployment.StartProcess().Containers.Conversations;
    }

    public async Task DisposeAsync() => await _deployment.DisposeAsync();

    /// <summary>A stop cuts operations short. The message of the SDK's exception then lists the addresses of its requests.</summary>
    [Fact]
    public async Task Names_no_document_of_an_operation_that_was_cut_short()
    {
        using var stop = new CancellationTokenSource();
        var hangs = new Fault("cosmos", "read", FaultKind.Delay)
        {
            Delay = TimeSpan.FromHours(1),
            Strike = _ => stop.CancelAsync(),
        };
        Exception failure;
        using (_deployment.Azure.Faults.Add(hangs))
        {
            failure = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync(stop.Token));
        }

        Assert.Contains("ann-in-the-log", failure.Message, StringComparison.Ordinal);

        var shown = await ShownAsync(failure);

        Assert.DoesNotContain("ann-in-the-log", shown.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(
            "CosmosOperationCanceledException: the operation was cut short, by its caller: True",
            shown.Message,
            StringComparison.Ordinal);
    }

    /// <summary>What a repeat won't mend is to be understood by the log alone.</summary>
    [Fact]
    public async Task Says_why_the_service_refused_what_a_repeat_does_not_mend()
    {
        Exception failure;
        using (_deployment.Azure.Faults.Add(new Fault("cosmos", "read", FaultKind.Fail) { Status = 403 }))
        {
            failure = await Assert.ThrowsAsync<CosmosException>(() => ReadAsync(CancellationToken.None));
        }

        var shown = await ShownAsync(new AggregateException(failure, new InvalidOperationException()));

        Assert.DoesNotContain("ann-in-the-log", shown.ToString(), StringComparison.Ordinal);
        Assert.Matches(
            "^System.AggregateException: 2 failures, the first of them: .*CosmosException: status 403, .*, because: .",
            shown.Message);
    }

    [Fact]
    public async Task Leaves_other_failures_as_they_are()
    {
        var failure = new InvalidOperationException("The queue is away.", new TimeoutException());

        Assert.Same(failure, await ShownAsync(failure));
    }

    private static Task<Exception> ShownAsync(Exception failure) =>
        Assert.ThrowsAnyAsync<Exception>(() => new ShowFailures().Invoke(null!, _ => Task.FromException(failure)));

    private Task<ItemResponse<object>> ReadAsync(CancellationToken cancellationToken) =>
        _conversations.ReadItemAsync<object>(
            "u:ann-in-the-log",
            new PartitionKey("a-conversation"),
            cancellationToken: cancellationToken);
}
