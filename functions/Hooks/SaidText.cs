using System.Text.Json.Serialization;

namespace Chat.Functions.Hooks;

/// <summary>A text that others see and that isn't a message.</summary>
/// <param name="Kind">What it is: one of the constants.</param>
/// <param name="Text">What it says; null for nothing. A reaction's name is given as words.</param>
public sealed record SaidText(string Kind, string? Text)
{
    public const string Title = "title";
    public const string Description = "description";
    public const string DisplayName = "displayName";
    public const string AvatarUrl = "avatarUrl";
    public const string Reaction = "reaction";
    public const string FileName = "fileName";

    /// <summary>Whether words in it can become asterisks. An address wouldn't lead anywhere then, and a key would be another.</summary>
    [JsonIgnore]
    internal bool CanBeMasked => Kind is not (AvatarUrl or Reaction);

    /// <summary>What is read in it: of an address, its characters.</summary>
    [JsonIgnore]
    internal string? Words => Kind == AvatarUrl && Text is not null ? Uri.UnescapeDataString(Text) : Text;
}
