using System.Diagnostics;
using System.Globalization;
using Chat.Load.Servers;

namespace Chat.Load.Workloads;

/// <summary>One writes to others, a message at a time: the next one once all devices have it.</summary>
internal static class Talk
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>The last id given, beyond what stands in messages otherwise.</summary>
    private static int _last = 0x1000_0000;

    /// <summary>Some conversations of as many people each, and one sender in each.</summary>
    public static async Task<Crowd> GatherAsync(IServer server, int conversations, int people)
    {
        var crowds = new List<Crowd>();
        for (var n = 0; n < conversations; n++)
        {
            crowds.Add(await GatherAsync(server, string.Create(CultureInfo.InvariantCulture, $"talk{people}-{n}"), people));
        }

        return Crowd.Of(crowds);
    }

    private static async Task<Crowd> GatherAsync(IServer server, string name, int count)
    {
        var people = new List<IPerson>();
        for (var n = 0; n < count; n++)
        {
            people.Add(await server.ConnectAsync(string.Create(CultureInfo.InvariantCulture, $"{name}-{n}")));
        }

        var conversation = await server.MeetAsync(people);
        var recipients = count == 2 ? people.Skip(1).ToArray() : [.. people];
        return new Crowd(
            people,
            [() => SendAsync(people[0], recipients, conversation, NewId())]);
    }

    /// <summary>Hexadecimal, so that recipients see it.</summary>
    private static string NewId() => string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _last):x}");

    private static async Task<double> SendAsync(IPerson sender, IPerson[] recipients, string conversation, string id)
    {
        var arrivals = Task.WhenAll(Array.ConvertAll(recipients, recipient => recipient.ReceivesAsync(id)));
        var began = Stopwatch.GetTimestamp();
        var sending = sender.SendAsync(conversation, id, Filler.Text);
        await arrivals.WaitAsync(Patience, TimeProvider.System);
        var arrived = Stopwatch.GetElapsedTime(began);
        await sending.WaitAsync(Patience, TimeProvider.System);
        return arrived.TotalMilliseconds;
    }
}
