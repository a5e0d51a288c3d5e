namespace Chat.Load.Profile;

/// <summary>What a thread was doing at an instant, or where it allocated.</summary>
/// <param name="Thread">The thread's name; empty when it isn't known.</param>
/// <param name="Frames">Innermost first.</param>
/// <param name="Weight">1, or bytes.</param>
internal sealed record StackSample(string Thread, IReadOnlyList<Frame> Frames, double Weight)
{
    private const int FramesOfACollection = 8;

    /// <summary>What was allocated; empty for processor time.</summary>
    public string Type { get; init; } = "";

    /// <summary>The owner of the innermost frame that has one: the code that did this, or called what did.</summary>
    public Owner Owner => Frames.Select(frame => frame.Owner).FirstOrDefault(owner => owner is not null)
        ?? (Thread.StartsWith("Chat.Local", StringComparison.Ordinal) ? Owner.Sqlite : Owner.Runtime);

    /// <summary>
    /// Whether it looks like garbage collection: the runtime's native code has no names, but nothing else goes as deep in it.
    /// </summary>
    public bool IsCollection =>
        Thread is ".NET BGC" || Frames.TakeWhile(frame => frame is { Name: null, Module: "libcoreclr" }).Count() >= FramesOfACollection;
}
