using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.People;

/// <summary>How old a user is, as far as the host app knows.</summary>
public enum AgeBand
{
    Unknown,

    [JsonStringEnumMemberName("u16")]
    Under16,

    [JsonStringEnumMemberName("16-17")]
    From16To17,

    [JsonStringEnumMemberName("18+")]
    Adult,
}

/// <summary>Whether the host app lets a user take part.</summary>
public enum PersonState
{
    Active,
    Suspended,

    /// <summary>Was erased, for good. Only this and the version are known of them.</summary>
    Erased,
}

/// <summary>
/// What the host app says about a user, in the user's partition. The higher version is the newer; an older one never replaces it.
/// </summary>
/// <remarks>Where <c>Trust__Mode</c> is <c>open</c>, users change name and picture themselves, which makes the next version.</remarks>
public sealed record Person
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "person";

    [JsonPropertyOrder(-2)]
    public string Type => "person";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    public AgeBand AgeBand { get; init; }

    public PersonState State { get; init; }

    /// <summary>Whether the host app calls the account new; then fewer strangers may be asked a day.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsNew { get; init; }

    /// <summary>The host app's word for where the user is; not read here yet.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Region { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DisplayName { get; init; }

    /// <summary>The address of their picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AvatarUrl { get; init; }

    /// <summary>From 1; 0 before anything was said.</summary>
    public long Version { get; init; }

    /// <summary>What stays when they are erased.</summary>
    public Person Erased()
    {
        var bare = new Person { UserId = UserId, State = PersonState.Erased, Version = Version };
        return this == bare ? this : bare with { Version = Version + 1 };
    }
}

/// <summary>A user's name and picture: an item of <c>POST /users/profiles</c>, and the data of <c>user.updated</c>.</summary>
/// <param name="Version">The higher of two versions is the newer; 0 while nothing is known of them.</param>
internal sealed record ProfileView(
    UserId UserId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? DisplayName,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? AvatarUrl,
    long Version)
{
    public const string Updated = "user.updated";

    /// <summary>Whether they were erased: then there is neither name nor picture.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool IsErased { get; init; }

    public static ProfileView Of(Person person) => new(person.UserId, person.DisplayName, person.AvatarUrl, person.Version)
    {
        IsErased = person.State == PersonState.Erased,
    };
}
