using System.ComponentModel.DataAnnotations;

namespace Chat.Functions.Trust;

/// <summary>Who may reach whom, under <c>Trust</c> in the settings.</summary>
public sealed record TrustOptions
{
    /// <summary>
    /// <c>strict</c>: first contact depends on age, follows and the recipient's settings. <c>open</c>: anybody may write to anybody,
    /// unless one of them blocks the other. Mandatory, without a default, so that nobody goes live mute or unguarded by accident. A change
    /// leaves conversations as they are: those that are open stay open.
    /// </summary>
    [AllowedValues("strict", "open", ErrorMessage = "Must be strict or open.")]
    public string? Mode { get; init; }

    /// <summary>
    /// What a user of unknown age counts as where <see cref="Mode"/> is <c>strict</c>: <c>adult</c>, the default, or <c>minor</c>, of
    /// 16 or 17 years. Applies from the next first contact on.
    /// </summary>
    [AllowedValues("adult", "minor", ErrorMessage = "Must be adult or minor.")]
    public string UnknownAge { get; init; } = "adult";

    public bool IsOpen => Mode == "open";

    public bool IsUnknownMinor => UnknownAge == "minor";
}
