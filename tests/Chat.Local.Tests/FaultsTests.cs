using Xunit;

namespace Chat.Local.Tests;

public sealed class FaultsTests
{
    [Fact]
    public async Task Of_several_that_match_the_one_armed_first_strikes_until_it_is_spent_or_disarmed()
    {
        var faults = new Faults();
        var kinds = Enum.GetValues<FaultKind>();
        var armed = kinds.Select(kind => faults.Add(new Fault("cosmos", "*", kind) { Times = 2 })).ToList();
        armed[1].Dispose();

        var struck = new List<FaultKind>();
        while (await faults.NextAsync("cosmos", "read", "") is { } fault)
        {
            struck.Add(fault.Kind);
        }

        Assert.Equal(kinds.Where(kind => kind != kinds[1]).SelectMany(kind => new[] { kind, kind }), struck);
    }

    [Fact]
    public async Task It_spares_the_first_matches_and_what_does_not_match()
    {
        var faults = new Faults();
        faults.Add(new Fault("cosmos", "read", FaultKind.Fail) { Skip = 2, Times = 1, Target = target => target == "here" });

        var struck = new List<int>();
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(await faults.NextAsync("cosmos", "read", "there"));
            Assert.Null(await faults.NextAsync("cosmos", "query", "here"));
            Assert.Null(await faults.NextAsync("signalr", "read", "here"));
            if (await faults.NextAsync("cosmos", "read", "here") is not null)
            {
                struck.Add(i);
            }
        }

        Assert.Equal([2], struck);
    }

    [Fact]
    public async Task What_chance_strikes_follows_from_the_seed()
    {
        Assert.Equal(await StruckAsync(7), await StruckAsync(7));
        Assert.NotEqual(await StruckAsync(7), await StruckAsync(8));

        static async Task<List<int>> StruckAsync(int seed)
        {
            var faults = new Faults(seed);
            faults.Add(new Fault("cosmos", "read", FaultKind.Fail) { Probability = 0.5 });
            var struck = new List<int>();
            for (var i = 0; i < 64; i++)
            {
                if (await faults.NextAsync("cosmos", "read", "") is not null)
                {
                    struck.Add(i);
                }
            }

            return struck;
        }
    }
}
