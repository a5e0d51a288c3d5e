namespace Chat.Functions.Previews;

/// <summary>Whether links get previews, under <c>Previews</c> in the settings.</summary>
public sealed record PreviewOptions
{
    /// <summary>Off by default: nothing that a message names is ever fetched. A change holds for messages from then on.</summary>
    public bool Enabled { get; init; }
}
