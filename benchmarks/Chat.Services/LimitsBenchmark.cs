using System.Globalization;
using Chat.Functions.RateLimits;
using Chat.Functions.Shared;

namespace Chat.Services;

/// <summary>
/// What an instance keeps of users to limit their rates, after a million of them called: it must not grow with their number.
/// </summary>
internal static class LimitsBenchmark
{
    private const int Users = 1_000_000;
    private static readonly int[] Looks = [1, 1_000, Users];

    public static Task RunAsync(Table table)
    {
        var before = Kept();
        var rates = new RequestRates(new Limits(), TimeProvider.System);
        var seen = 0;
        foreach (var look in Looks)
        {
            for (; seen < look; seen++)
            {
                // No id is kept that isn't kept by the rates.
                var user = new UserId(string.Create(CultureInfo.InvariantCulture, $"user-{seen}"));
                _ = rates.Sends.Take(user) ?? rates.Reactions.Take(user) ?? rates.Presence.Take(user) ?? rates.Reports.Take(user);
            }

            table.Note(string.Create(CultureInfo.InvariantCulture, $"Rate limits, {look:N0} users seen: {(Kept() - before) / 1e6:N1} MB."));
        }

        GC.KeepAlive(rates);
        return Task.CompletedTask;
    }

    private static long Kept() => GC.GetTotalMemory(forceFullCollection: true);
}
