using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Reactions;

/// <summary>The reactions to a message with one key, stored on the message.</summary>
/// <param name="Count">How many members reacted with it.</param>
/// <param name="Users">
/// At most five of them, earliest first. A removed reaction makes room for the next member who reacts.
/// </param>
public sealed record ReactionSummary(ReactionKey Key, int Count, IReadOnlyList<UserId> Users)
{
    private const int MaxUsers = 5;

    /// <summary>Whether the caller reacted with it; absent in pushes, which are the same for everyone.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Mine { get; init; }

    /// <summary>The summaries after a reaction was added.</summary>
    public static IReadOnlyList<ReactionSummary> With(IReadOnlyList<ReactionSummary>? all, ReactionKey key, UserId user)
    {
        all ??= [];
        return all.Any(one => one.Key == key)
            ? [.. all.Select(one => one.Key == key ? one.With(user) : one)]
            : [.. all, new ReactionSummary(key, 1, [user])];
    }

    /// <summary>The summaries after a reaction was removed; null when it was the last.</summary>
    public static IReadOnlyList<ReactionSummary>? Without(IReadOnlyList<ReactionSummary>? all, ReactionKey key, UserId user)
    {
        IReadOnlyList<ReactionSummary> rest =
        [
            .. (all ?? [])
                .Select(one => one.Key == key ? one.Without(user) : one)
                .Where(one => one.Count > 0),
        ];
        return rest.Count > 0 ? rest : null;
    }

    private ReactionSummary With(UserId user) =>
        this with { Count = Count + 1, Users = Users.Count < MaxUsers ? [.. Users, user] : Users };

    private ReactionSummary Without(UserId user) => this with { Count = Count - 1, Users = [.. Users.Where(other => other != user)] };
}
