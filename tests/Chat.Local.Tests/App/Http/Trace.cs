namespace Chat.Local.TestApp;

/// <summary>The steps of a call, in their order.</summary>
internal sealed class Trace
{
    public List<string> Steps { get; } = [];
}

internal sealed class Scoped;

internal sealed record Shared(string Name);
