using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>The body of <c>POST /conversations</c>.</summary>
/// <param name="Others">The members besides the creator, without duplicates.</param>
/// <param name="Visibility">A channel's.</param>
internal sealed record CreateConversationRequest(
    ConversationKind Kind,
    string? Title,
    IReadOnlyList<UserId> Others,
    ChannelVisibility Visibility)
{
    /// <summary>The same for requests that ask for the same, in whatever order they name the members.</summary>
    public string Hash => OpaqueId.Hash(
    [
        Visibility == ChannelVisibility.Private ? $"{Kind} {Visibility}" : $"{Kind}",
        Title ?? "",
        .. Others.Select(other => other.Value).Order(StringComparer.Ordinal),
    ]);

    /// <summary>Reads the body and notes every fault on it.</summary>
    public static CreateConversationRequest Read(RequestBody body, UserId creator, Limits limits)
    {
        var kind = body.OneOf("kind", "direct", "group", "channel");
        var (isChannel, isDirect) = (kind == "channel", kind == "direct");
        var others = isChannel && !body.Has("members") ? [] : body.UserIds("members")?.Where(member => member != creator).ToList();
        var most = isChannel ? limits.ChannelMembers : limits.GroupMembers;
        if (others is not null && !isDirect && others.Count + 1 > most)
        {
            body.Fault("/members", "too_many", $"At most {most} members with the creator.");
        }
        else if (others is not null && kind == "group" && others.Count == 0)
        {
            body.Fault("/members", "too_few", "At least one other member.");
        }
        else if (others is not null && isDirect && others.Count != 1)
        {
            body.Fault("/members", "not_a_pair", "Exactly one other member, not oneself.");
        }

        return new(
            isChannel ? ConversationKind.Channel : isDirect ? ConversationKind.Direct : ConversationKind.Group,
            kind is "group" or "channel" ? body.Text("title", limits.Title) : null,
            others ?? [],
            isChannel && body.Has("visibility") ? UpdateConversationRequest.ReadVisibility(body, "visibility") : default);
    }
}
