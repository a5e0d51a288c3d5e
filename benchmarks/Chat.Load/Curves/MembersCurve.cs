using Chat.Load.Servers;
using Chat.Load.Workloads;

namespace Chat.Load.Curves;

/// <summary>One sender and ever more members, all connected; a message counts when all have it.</summary>
internal static class MembersCurve
{
    private static readonly int[] Sizes = [2, 8, 32, 128, 256];

    public static async Task RunAsync(LoadOptions options, Report report)
    {
        var curve = new Curve("members", "members of the group", "message");
        using var data = new DataDirectory();
        await using var server = await ChatServer.StartAsync(options.Server, data.Path);
        foreach (var size in Sizes.Reverse())
        {
            await using var crowd = await Talk.GatherAsync(server, conversations: 1, size);
            if (size == Sizes[^1])
            {
                await LoadWindow.WarmUpAsync(server.Process, crowd.Turns);
            }

            await curve.MeasureAsync(options, "one sender", size, server.Process, crowd.Turns);
        }

        curve.AddTo(report);
    }
}
