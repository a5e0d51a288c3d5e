using System.Diagnostics;

namespace Chat.Load;

/// <summary>Two people with a direct conversation, both connected; one writes to the other, one message at a time.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private readonly User _sender;
    private readonly Device _senders;
    private readonly Device _recipients;
    private readonly string _conversation;
    private readonly string _name;
    private int _sent;

    private Pair(string name, User sender, Device senders, Device recipients, string conversation)
    {
        (_name, _sender, _senders, _recipients, _conversation) = (name, sender, senders, recipients, conversation);
    }

    public static async Task<Pair> MeetAsync(HttpClient http, string name)
    {
        var (sender, recipient) = (new User(http, $"{name}-a"), new User(http, $"{name}-b"));
        return new Pair(name, sender, await sender.ConnectAsync(), await recipient.ConnectAsync(), await sender.StartDirectAsync($"{name}-b"));
    }

    /// <summary>Sends a message and waits for its answer and its arrival.</summary>
    public async Task<Exchange> SendAsync(string text)
    {
        var id = $"{_name}-{++_sent}";
        var arrival = _recipients.ReceivesAsync(id);
        var began = Stopwatch.GetTimestamp();
        var arrived = MillisecondsAsync(arrival, began);
        var answered = MillisecondsAsync(_sender.SendAsync(_conversation, id, text), began);
        return new Exchange(await answered, await arrived);
    }

    public async ValueTask DisposeAsync()
    {
        await _senders.DisposeAsync();
        await _recipients.DisposeAsync();
    }

    private static async Task<double> MillisecondsAsync(Task task, long began)
    {
        await task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }
}

/// <summary>What a message took, from before its request: to the answer, and to the recipient's socket; in ms.</summary>
internal readonly record struct Exchange(double Answered, double Arrived);
