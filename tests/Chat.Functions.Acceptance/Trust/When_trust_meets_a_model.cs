using System.Globalization;
using Xunit;

namespace Chat.Functions.Acceptance.Trust;

/// <summary>
/// People follow, block, ask, answer, write, form groups and change their minds at random, through two instances, while services fail
/// and replicas lag: whoever may not reach somebody can't by any door, and whoever may, can. More worlds: <c>CHAT_STORY_SEEDS=100
/// dotnet test tests/Chat.Functions.Acceptance --filter When_trust_meets_a_model</c>; one alone: <c>CHAT_STORY_SEED=42</c>.
/// </summary>
/// <remarks>The seed decides what people do and what strikes; how two things at the same instant meet is left to the machine.</remarks>
public class When_trust_meets_a_model
{
    private const int Parts = 3;
    private const int StepsEach = 125;

    /// <summary>Half as many in the test command, for the time that it takes.</summary>
    private static readonly int Epochs = Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") is null ? 4 : 8;

    /// <summary>Each class has a part of the seeds, so that the parts run beside each other.</summary>
    protected virtual int Part => 0;

    private IEnumerable<int> Seeds =>
        Environment.GetEnvironmentVariable("CHAT_STORY_SEED") is { } one
            ? Part == 0 ? [int.Parse(one, CultureInfo.InvariantCulture)] : []
            : Enumerable.Range(1, int.Parse(Environment.GetEnvironmentVariable("CHAT_STORY_SEEDS") ?? "3", CultureInfo.InvariantCulture))
                .Where(seed => seed % Parts == Part);

    [Fact]
    public async Task Should_let_nobody_reach_whom_they_may_not_and_everybody_else()
    {
        foreach (var seed in Seeds)
        {
            var failure = await Record.ExceptionAsync(() => GoThroughAsync(seed));
            Assert.True(failure is null, $"Seed {seed}: {failure}");
        }
    }

    private static async Task GoThroughAsync(int seed)
    {
        await using var world = await TrustWorld.StartAsync(seed);
        var random = new Random(seed);
        var steps = new RandomSteps(world, random);
        foreach (var name in TrustWorld.Names)
        {
            await world.DoAsync(steps.Person(name));
            foreach (var other in TrustWorld.Names.Where(other => other != name && random.Next(3) == 0))
            {
                await world.DoAsync(steps.Follow(name, other));
            }
        }

        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            if (epoch % 2 == 1)
            {
                world.RaiseStorm();
            }

            for (var n = 0; n < StepsEach; n++)
            {
                await (n % 10 == 9 ? world.DoAsync(steps.Both()) : world.DoAsync(steps.Next()));
            }

            await world.CalmAsync();
            await AuditAsync(world, random);
            if (epoch % 3 == 2)
            {
                world.JumpOverWindow();
            }
        }
    }

    private static async Task AuditAsync(TrustWorld world, Random random)
    {
        foreach (var name in TrustWorld.Names)
        {
            await TrustAudit.ListsOfAsync(world, name);
        }

        foreach (var key in world.Ids.Keys.Where(key => !key.StartsWith("own of", StringComparison.Ordinal)).ToList())
        {
            if (key.Contains('|', StringComparison.Ordinal))
            {
                await TrustAudit.PairAsync(world, key, key.Split('|')[random.Next(2)]);
            }
            else
            {
                foreach (var name in TrustWorld.Names.Where(_ => random.Next(2) == 0))
                {
                    await TrustAudit.GroupAsync(world, key, name);
                }
            }
        }
    }
}

/// <summary>The same with other seeds.</summary>
public sealed class When_trust_meets_a_model_again : When_trust_meets_a_model
{
    protected override int Part => 1;
}

/// <summary>The same with still others.</summary>
public sealed class When_trust_meets_a_model_once_more : When_trust_meets_a_model
{
    protected override int Part => 2;
}
