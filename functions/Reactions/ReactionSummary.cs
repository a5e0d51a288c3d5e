using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Reactions;

/// <summary>How a message was reacted to with one key, on the message itself.</summary>
/// <param name="Count">How many members did.</param>
/// <param name="Users">Some of them, the earliest first: at most five, and whoever takes theirs back leaves room for the next.</param>
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
