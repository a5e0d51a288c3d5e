using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>The body of <c>POST /conversations</c>.</summary>
/// <param name="Others">The members besides the creator, without duplicates.</param>
internal sealed record CreateConversationRequest(ConversationKind Kind, string? Title, IReadOnlyList<UserId> Others)
{
    /// <summary>The same for requests that ask for the same, in whatever order they name the members.</summary>
    public string Hash =>
        OpaqueId.Hash([Kind.ToString(), Title ?? "", .. Others.Select(other => other.Value).Order(StringComparer.Ordinal)]);

    /// <summary>Reads the body and notes every fault on it.</summary>
    public static CreateConversationRequest Read(RequestBody body, UserId creator, Limits limits)
    {
        var kind = body.OneOf("kind", "direct", "group");
        var isGroup = kind == "group";
        var others = body.UserIds("members")?.Where(member => member != creator).ToList();
        if (others is not null && isGroup && others.Count + 1 > limits.GroupMembers)
        {
            body.Fault("/members", "too_many", $"At most {limits.GroupMembers} members with the creator.");
        }
        else if (others is not null && isGroup && others.Count == 0)
        {
            body.Fault("/members", "too_few", "At least one other member.");
        }
        else if (others is not null && kind == "direct" && others.Count != 1)
        {
            body.Fault("/members", "not_a_pair", "Exactly one other member, not oneself.");
        }

        return new(
            isGroup ? ConversationKind.Group : ConversationKind.Direct,
            isGroup ? body.Text("title", limits.Title) : null,
            others ?? []);
    }
}
