using System.CommandLine;
using System.CommandLine.Parsing;
using Chat.Functions.Shared;

namespace Chat.Admin.Backends;

/// <summary>Arguments that name somebody or something.</summary>
internal static class Parsed
{
    public static Argument<UserId> User() => new("user")
    {
        Description = "The user's id, as in the token.",
        CustomParser = argument =>
            Parse<UserId>(argument, UserId.TryParse, $"A user's id is {UserId.Rule}; put -- before one that begins with -."),
    };

    public static Argument<ConversationId> Conversation() => new("conversation")
    {
        Description = "The conversation's id.",
        CustomParser = argument =>
            Parse<ConversationId>(
                argument,
                ConversationId.TryParse,
                "A conversation's id is 22 of A-Z a-z 0-9 _ -; put -- before one that begins with -."),
    };

    /// <summary>What the text of an argument names; null, and an error, when it names nothing.</summary>
    public static T? Of<T>(ArgumentResult argument, Func<string, T?> parse, string otherwise)
        where T : class =>
        Parse(argument, (string? text, out T? value) => (value = parse(text!)) is not null, otherwise);

    internal delegate bool TryParse<T>(string? text, out T value);

    /// <summary>What the text of an argument names; an error when it names nothing.</summary>
    internal static T Parse<T>(ArgumentResult argument, TryParse<T> tryParse, string otherwise)
    {
        if (!tryParse(argument.Tokens[0].Value, out var value))
        {
            argument.AddError(otherwise);
        }

        return value;
    }
}
