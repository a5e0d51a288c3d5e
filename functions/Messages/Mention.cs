using Chat.Functions.Conversations;
using Chat.Functions.Shared;

namespace Chat.Functions.Messages;

/// <summary>A member who is mentioned in a message's text.</summary>
/// <param name="Offset">Where the name begins, in Unicode scalar values from 0.</param>
/// <param name="Length">The name's length in Unicode scalar values, from 1.</param>
public sealed record Mention(UserId UserId, int Offset, int Length)
{
    private int End => Offset + Length;

    /// <summary>Reads the mentions in a text, by ascending offset; null for none.</summary>
    public static IReadOnlyList<Mention>? Read(RequestBody body, string text, Limits limits)
    {
        if (!body.Has("mentions"))
        {
            return null;
        }

        var scalars = text.EnumerateRunes().Count();
        var mentions = new List<Mention>();
        foreach (var item in body.Objects("mentions", 0, limits.Mentions))
        {
            var (user, offset, length) = (item.User("userId"), item.Seq("offset"), item.Seq("length", 1));
            if (length > 0 && offset > scalars - length)
            {
                item.Fault("", "out_of_range", "Must lie within the text, in Unicode scalar values.");
            }
            else
            {
                mentions.Add(new(user, (int)offset, (int)length));
            }
        }

        IReadOnlyList<Mention> ordered = [.. mentions.OrderBy(mention => mention.Offset)];
        if (ordered.Zip(ordered.Skip(1)).Any(pair => pair.First.End > pair.Second.Offset))
        {
            body.Fault("/mentions", "overlapping", "Must not overlap.");
        }

        return ordered.Count > 0 ? ordered : null;
    }

    /// <summary>Who is mentioned, each once.</summary>
    public static IEnumerable<UserId> Users(IReadOnlyList<Mention>? mentions) =>
        (mentions ?? []).Select(mention => mention.UserId).Distinct();

    /// <summary>
    /// The refusal if a mentioned user isn't a member; users whom an edited message mentioned before are exempt.
    /// </summary>
    public static Problem? Refusal(
        IReadOnlyList<Mention>? mentions,
        Func<UserId, HeadMember?> memberOf,
        IReadOnlyList<Mention>? before = null) =>
        Users(mentions).Except(Users(before)).Any(user => memberOf(user) is null) ? Problems.MentionsAStranger : null;
}
