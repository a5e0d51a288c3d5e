using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Blocks;

/// <summary>
/// Whether a user blocks another one: in the user's own partition (<see cref="Of"/>), and copied to the other's (<see cref="By"/>).
/// In the same form, in the user's own partition alone, whether they mute or restrict them. The higher version is the newer.
/// </summary>
/// <remarks>What was taken back stays for 15 days, so that a late write of the block finds something newer.</remarks>
public sealed record Block
{
    /// <summary>The type of the document in the partition of the user who blocks.</summary>
    public const string Of = "block";

    /// <summary>The type of the copy in the partition of the user who is blocked.</summary>
    public const string By = "blockedBy";

    /// <summary>The type of the document that says that the user wants no notification of what the other one says.</summary>
    public const string Mute = "mute";

    /// <summary>The type of the document that says that the user has what the other one writes to them among their requests.</summary>
    public const string Restriction = "restriction";

    /// <summary>How long what was taken back stays, in seconds: longer than a queue message waits at most.</summary>
    private const int TombstoneLifetime = 15 * 24 * 60 * 60;

    [JsonPropertyOrder(-2)]
    public required string Type { get; init; }

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId(Type, OtherUserId);

    public required UserId UserId { get; init; }

    public required UserId OtherUserId { get; init; }

    public required bool IsActive { get; init; }

    /// <summary>The clock's milliseconds at the change, or one more than before: never lower, even after the tombstone is gone.</summary>
    public required long Version { get; init; }

    public required DateTimeOffset At { get; init; }

    [JsonPropertyName("ttl")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TimeToLive => IsActive ? null : TombstoneLifetime;

    /// <summary>The copy for the partition of the user who is blocked.</summary>
    public Block ToCopy() => this with { Type = By, UserId = OtherUserId, OtherUserId = UserId };

    public static string DocumentId(string type, UserId other) => $"{type}:{other.Value}";
}
