using System.Globalization;
using Chat.Local;

namespace Chat.Services;

/// <summary>
/// What a post, reading, following and reacting cost in a channel, by the local Azure's meter, while its followers become more; and that
/// their number stays right.
/// </summary>
internal static class FollowersBenchmark
{
    /// <summary>Of each, the least is told: what an instance asks by time may fall into one of them.</summary>
    private const int Repeats = 3;

    /// <summary>One of so many followers watches.</summary>
    private const int PerWatcher = 100;

    /// <summary>Longer than heads and numbers of followers are kept.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(5.2);

    public static async Task RunAsync(IReadOnlyList<int> sizes)
    {
        await using var channel = await FollowedChannel.StartAsync();
        var rows = new List<(string What, List<string> Cells)>();
        foreach (var size in sizes.Order())
        {
            await channel.GrowAsync(size, size / PerWatcher);
            foreach (var (what, spent) in await MeasureAsync(channel, size))
            {
                if (rows.Find(row => row.What == what).Cells is not { } cells)
                {
                    rows.Add((what, cells = []));
                }

                cells.Add(spent.ToString());
            }

            await channel.ComeAndGoAsync(users: 200);
            await Task.Delay(Kept, TimeProvider.System);
            var shown = (await channel.AskAsync("owner", "GET", $"conversations/{channel.Id}")).GetProperty("followerCount").GetInt64();
            var stored = await channel.CountDocumentsAsync();
            if (shown != channel.Followers || stored != channel.Followers)
            {
                throw new InvalidOperationException($"{channel.Followers} follow, {stored} are stored and {shown} are shown.");
            }

            Say($"{size:N0}: after 1,400 changes by 200 of them at once {shown:N0} are shown, and as many stored.");
        }

        Say($"\n| RU; messages pushed | {string.Join(" | ", sizes.Order().Select(Heading))} |");
        Say($"|---|{string.Concat(sizes.Select(_ => "---:|"))}");
        rows.ForEach(row => Say($"| {row.What} | {string.Join(" | ", row.Cells)} |"));
    }

    private static async Task<List<(string What, Spent Spent)>> MeasureAsync(FollowedChannel channel, int size)
    {
        var (messages, least) = ($"conversations/{channel.Id}/messages", new List<(string What, Spent Spent)>());
        await channel.PostAsync("The first pays for what the others find.");
        var liked = new { clientMessageId = $"react-{size}", text = "How do you like it?" };
        var said = await channel.AskAsync("owner", "POST", messages, liked);
        var reactions = $"{messages}/{said.GetProperty("messageId").GetString()}/reactions/:wave:";
        await Parallel.ForAsync(0, 50, async (n, _) => await channel.AskAsync(Invariant($"follower-{n:000000}"), "PUT", reactions));
        for (var n = 0; n < Repeats; n++)
        {
            var (newcomer, reader) = ($"new-{size}-{n}", $"busy-{size}-{n}");

            // When somebody was last seen is noted beside their first call.
            await channel.AskAsync(newcomer, "GET", "me/privacy");
            await channel.AskAsync(reader, "GET", "me/privacy");
            await channel.FollowOthersAsync(reader);
            await BillAsync("a post, its owner alone is a member", () => channel.PostAsync(Invariant($"What is new: {n}")));
            await BillAsync("to follow it, as the first channel", () => channel.FollowAsync(newcomer));
            await BillAsync("to follow it, as the 200th", () => channel.FollowAsync(reader));
            await BillAsync("to watch", () => channel.AskAsync(newcomer, "POST", $"channels/{channel.Id}/watch"));
            await BillAsync("its newest 50 posts", () => channel.AskAsync(reader, "GET", $"{messages}?limit=50"));
            await BillAsync("50 posts before those", () => channel.AskAsync(reader, "GET", $"{messages}?limit=50&beforeSeq=51"));
            await BillAsync("a reaction, with its count and telling of it", () => channel.AskAsync(newcomer, "PUT", reactions));
            await BillAsync("ten reactions at once, likewise", () => Task.WhenAll(Enumerable.Range(0, 10).Select(
                one => channel.AskAsync(Invariant($"follower-{100 + (10 * n) + one:000000}"), "PUT", reactions))));
            await Task.Delay(Kept, TimeProvider.System);
            await BillAsync("the list of 200 channels", () => ListAsync(reader));
            await BillAsync("… within 5 s", () => ListAsync(reader));
            await BillAsync(
                "the channel itself, with its number of followers", () => channel.AskAsync(reader, "GET", $"conversations/{channel.Id}"));
        }

        return least;

        async Task ListAsync(string reader)
        {
            var list = await channel.AskAsync(reader, "GET", "conversations?filter=channels");
            if (list.GetProperty("conversations").GetArrayLength() is var length and not 200)
            {
                throw new InvalidOperationException($"The list has {length} channels.");
            }
        }

        async Task BillAsync(string what, Func<Task> act)
        {
            await channel.SettleAsync();
            var start = Spent.Of(channel.Azure);
            await act();
            await channel.SettleAsync();
            var spent = Spent.Of(channel.Azure) - start;
            var index = least.FindIndex(one => one.What == what);
            if (index < 0)
            {
                least.Add((what, spent));
            }
            else if (spent.Units < least[index].Spent.Units)
            {
                least[index] = (what, spent);
            }
        }
    }

    private static string Heading(int size) => Invariant($"{size:N0} followers, {size / PerWatcher:N0} watching");

    private static void Say(FormattableString text) => Console.WriteLine(Invariant(text));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Request units, without the change feed's polls and leases, and messages that SignalR sent.</summary>
    private readonly record struct Spent(double Units, double Pushed)
    {
        public static Spent Of(LocalAzure azure) => new(
            Sum(azure, one => one is { Service: "cosmos", Operation: not ("changefeed" or "lease") }),
            Sum(azure, one => one.Service == "signalr" && one.Operation.StartsWith("message", StringComparison.Ordinal)));

        public override string ToString() => Pushed > 0 ? Invariant($"{Units:0.##}; {Pushed:N0}") : Invariant($"{Units:0.##}");

        public static Spent operator -(Spent after, Spent before) => new(after.Units - before.Units, after.Pushed - before.Pushed);

        private static double Sum(LocalAzure azure, Func<MeterReading, bool> which) =>
            azure.Meter.Read().Where(which).Sum(one => one.Units);
    }
}
