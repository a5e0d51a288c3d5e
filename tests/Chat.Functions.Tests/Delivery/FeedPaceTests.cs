using System.Text.RegularExpressions;
using Chat.Functions.Delivery;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Chat.Local.Tests;
using Xunit;
using Fault = Chat.Local.Fault;

namespace Chat.Functions.Tests.Delivery;

/// <summary>Which pages of the change feed are held, and that what they show isn't late by it. The clock stands still.</summary>
public sealed class FeedPaceTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private Deployment _deployment = null!;
    private AppProcess _process = null!;
    private ConversationId _busy;
    private Projector _projector = null!;

    public async Task InitializeAsync()
    {
        _deployment = await Deployment.StartAsync();
        _process = _deployment.StartProcess();
        _busy = await _process.CreateGroupAsync(["ann", "ben"]);
        _projector = Follow();
    }

    public async Task DisposeAsync()
    {
        await _projector.DisposeAsync();
        await _deployment.DisposeAsync();
    }

    [Fact]
    public async Task Holds_a_page_that_follows_at_once_and_shows_a_conversation_again()
    {
        await EndsAsync(await BeginAsync("1"));

        var held = await BeginAsync("2");

        await WhenShownAsync("2");
        _clock.Advance(TimeSpan.FromMilliseconds(FeedPace.PollDelay - 1));
        Assert.Equal(1, _clock.Waiting);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(0, _clock.Waiting);
        await EndsAsync(held);
    }

    [Theory]
    [InlineData(399, 1)]
    [InlineData(400, 0)]
    public async Task Holds_no_page_after_a_pause(int milliseconds, int expected)
    {
        await EndsAsync(await BeginAsync("1"));
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));

        var page = await BeginAsync("2");

        Assert.Equal(expected, _clock.Waiting);
        _clock.Advance(TimeSpan.FromMilliseconds(FeedPace.PollDelay));
        await EndsAsync(page);
    }

    [Fact]
    public async Task Holds_no_page_of_other_conversations()
    {
        await EndsAsync(await BeginAsync("1"));
        var other = await _process.CreateGroupAsync(["cat", "dan"]);

        var page = _projector.FollowAsync(Page(await DocumentsAsync(other)));

        Assert.Equal(0, _clock.Waiting);
        await EndsAsync(page);
    }

    [Theory]
    [InlineData(299, 1)]
    [InlineData(300, 0)]
    public async Task Holds_no_page_that_is_full(int size, int expected)
    {
        await EndsAsync(await BeginAsync("1"));
        var documents = await DocumentsAsync(_busy);

        var page = _projector.FollowAsync(Page(Enumerable.Repeat(documents, size).SelectMany(one => one).Take(size)));

        Assert.Equal(expected, _clock.Waiting);
        _clock.Advance(TimeSpan.FromMilliseconds(FeedPace.PollDelay));
        await EndsAsync(page);
    }

    /// <summary>A read may bring less than a full page although there is more: 4 MB are the most, whatever it asks for.</summary>
    [Theory]
    [InlineData(5_000, 1)]
    [InlineData(5_001, 0)]
    public async Task Holds_no_page_of_a_backlog(int milliseconds, int expected)
    {
        await EndsAsync(await BeginAsync("1"));
        var at = $"\"{TimestampConverter.ToText(_clock.GetUtcNow().AddMilliseconds(-milliseconds))}\"";
        var documents = (await DocumentsAsync(_busy)).Select(
            one => Regex.Replace(one, @"(?<=""at"":)""[^""]+""", at, RegexOptions.None, TimeSpan.FromSeconds(1)));

        var page = _projector.FollowAsync(Page(documents));

        Assert.Equal(expected, _clock.Waiting);
        _clock.Advance(TimeSpan.FromMilliseconds(FeedPace.PollDelay));
        await EndsAsync(page);
    }

    [Fact]
    public async Task Holds_no_page_that_comes_again_because_it_failed()
    {
        using (_deployment.Azure.Faults.Add(new Fault("servicebus", "send", FaultKind.Fail)))
        {
            var failing = await BeginAsync("1");
            await Assert.ThrowsAnyAsync<Exception>(() => EndsAsync(failing));
        }

        var again = _projector.FollowAsync(Page(await DocumentsAsync(_busy)));

        Assert.Equal(0, _clock.Waiting);
        await EndsAsync(again);
    }

    [Fact]
    public async Task Ends_a_held_page_when_the_instance_stops()
    {
        await EndsAsync(await BeginAsync("1"));
        using var stop = new CancellationTokenSource();
        var held = await BeginAsync("2", stop.Token);
        Assert.Equal(1, _clock.Waiting);
        await WhenShownAsync("2");

        await stop.CancelAsync();

        // Whether the other list was written by then decides whether the page comes again.
        await EndsAsync(held).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.True(held.IsCompleted);
    }

    private static Task EndsAsync(Task page) => page.WaitAsync(Eventually.Timeout, TimeProvider.System);

    private static string Page(IEnumerable<string> documents) => $"[{string.Join(',', documents)}]";

    private Projector Follow() => new(_deployment, new PatientClock(), new FeedPace(_clock));

    /// <summary>Sends a message, and begins to follow the page that shows it.</summary>
    private async Task<Task> BeginAsync(string text, CancellationToken stop = default)
    {
        await _process.SendAsync(_busy, "ann", text, cancellationToken: CancellationToken.None);
        return _projector.FollowAsync(Page(await DocumentsAsync(_busy)), stop);
    }

    private async Task<List<string>> DocumentsAsync(ConversationId conversation) =>
    [
        .. (await Projector.PagesAsync(_deployment.Azure, 1))
            .Where(one => one.Contains($"\"{conversation}\"", StringComparison.Ordinal))
            .Select(one => one[1..^1]),
    ];

    /// <summary>Waits until a list shows a message, which it does before the page ends.</summary>
    private async Task WhenShownAsync(string text)
    {
        var timeout = Task.Delay(Eventually.Timeout, TimeProvider.System);
        while (await _projector.PreviewAsync("ben", _busy) != text && !timeout.IsCompleted)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Assert.Equal(text, await _projector.PreviewAsync("ben", _busy));
    }
}
