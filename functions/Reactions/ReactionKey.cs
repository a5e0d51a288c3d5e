using System.Buffers;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Reactions;

/// <summary>The key of a reaction: one emoji, or a custom name such as <c>:party_parrot:</c>.</summary>
[JsonConverter(typeof(ReactionKeyConverter))]
public readonly record struct ReactionKey(string Value)
{
    private const int MaxNameLength = 32;
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_+-");

    /// <summary>Whether it is a custom name, and no emoji.</summary>
    public bool IsCustom => Value is [':', .., ':'];

    /// <summary>A custom name as words; null for an emoji.</summary>
    public string? Words => IsCustom ? Value[1..^1].Replace('_', ' ') : null;

    /// <summary>Reads a key. Two spellings of one emoji are the same key.</summary>
    public static bool TryParse(string? text, out ReactionKey key)
    {
        key = new ReactionKey(Normalize(text) ?? "");
        return key.Value.Length > 0;
    }

    public override string ToString() => Value;

    private static string? Normalize(string? text) => text switch
    {
        null or "" => null,
        [':', .. var name, ':'] => name.Length is >= 1 and <= MaxNameLength && !name.AsSpan().ContainsAnyExcept(NameCharacters)
            ? text
            : null,
        _ => Emoji.Normalize(text),
    };
}

internal sealed class ReactionKeyConverter() : IdConverter<ReactionKey>(text => new ReactionKey(text), key => key.Value);
