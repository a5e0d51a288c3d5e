using System.Diagnostics;
using Chat.Load.Servers;

namespace Chat.Load.Workloads;

/// <summary>Somebody reads page after page of a long conversation, on several connections at once.</summary>
internal static class Reading
{
    public static async Task<Crowd> GatherAsync(IServer server, int history, int connections, bool deep)
    {
        var sender = await server.ConnectAsync("writer");
        var readers = new List<IPerson>();
        for (var n = 0; n < connections; n++)
        {
            readers.Add(await server.ConnectAsync("reader"));
        }

        var conversation = await server.MeetAsync([sender, readers[0]]);
        await server.FillAsync(sender, conversation, history);
        return new Crowd([sender, .. readers], readers.ConvertAll(reader => new Func<Task<double>>(async () =>
        {
            var began = Stopwatch.GetTimestamp();
            await reader.ReadPageAsync(conversation, deep);
            return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        })));
    }
}
