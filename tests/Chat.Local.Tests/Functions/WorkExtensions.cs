using Chat.Local.TestApp;
using Chat.Local.Tests.SignalR;

namespace Chat.Local.Tests.Functions;

/// <summary>Waits for what the test functions do.</summary>
internal static class WorkExtensions
{
    public static Task WhenBegunAsync(this Work work, params string[] expected) => Eventually.TrueAsync(
        () => work.Begun.Order(StringComparer.Ordinal).SequenceEqual(expected.Order(StringComparer.Ordinal), StringComparer.Ordinal),
        () => $"[{string.Join(", ", expected)}], seen [{string.Join(", ", work.Begun)}]");
}
