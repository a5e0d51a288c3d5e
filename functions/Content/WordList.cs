using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Content;

/// <summary>What becomes of a text with a listed word. Of several lists that apply, the strictest.</summary>
public enum ContentAction
{
    /// <summary>Nothing, and no other list applies to what this one found.</summary>
    Allow,

    /// <summary>It is accepted, and the list is noted with the message for moderators.</summary>
    Flag,

    /// <summary>The word is replaced by asterisks.</summary>
    Mask,

    /// <summary>
    /// Nobody but the sender sees it before the host app has decided. What can't be held, such as a title, is refused.
    /// </summary>
    Hold,

    /// <summary>The text is refused.</summary>
    Refuse,
}

/// <summary>Where a list's words are looked for.</summary>
public enum WordMatch
{
    /// <summary>Where no letter or digit is before and after them.</summary>
    Word,

    /// <summary>Anywhere, also within other words. For languages that write no spaces, too.</summary>
    Anywhere,
}

/// <summary>What accents in a text are to a list. A word that is listed with accents is only found with them.</summary>
public enum WordAccents
{
    /// <summary>Nothing: a word that is listed without accents is found with any.</summary>
    Ignored,

    /// <summary>They make another word. For languages in which they do.</summary>
    Distinct,
}

/// <summary>A list of words as operators store it, in the container <c>settings</c>.</summary>
internal sealed record WordListDocument
{
    /// <summary>The type of all lists, and their partition.</summary>
    public const string Partition = "wordList";

    /// <summary>Lists that apply; the first by id.</summary>
    public const int MaxLists = 20;

    private const int MaxWords = 10_000;
    private const int MaxScalars = 64;

    [JsonPropertyOrder(-2)]
    public string Type { get; init; } = Partition;

    [JsonPropertyOrder(-1)]
    public required string Id { get; init; }

    public required ContentAction Action { get; init; }

    public WordMatch Match { get; init; }

    public WordAccents Accents { get; init; }

    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>Why it can't be used; null when it can.</summary>
    [JsonIgnore]
    public string? Fault =>
        !RequestBody.IsClientId(Id) ? "its id must be 1 to 64 printable ASCII characters"
        : Words.Count > MaxWords ? $"it has more than {MaxWords} words"
        : Words.Any(word => string.IsNullOrWhiteSpace(word) || word.EnumerateRunes().Count() > MaxScalars)
            ? $"its words must have 1 to {MaxScalars} characters"
        : null;
}

/// <summary>A list that is ready to be looked for.</summary>
/// <param name="Id">By which moderators know it.</param>
internal sealed record WordList(string Id, ContentAction Action, WordMatch Match, WordAccents Accents, WordAutomaton Words)
{
    public static WordList Of(WordListDocument document) => new(
        document.Id,
        document.Action,
        document.Match,
        document.Accents,
        new WordAutomaton(document.Words.SelectMany(FoldedText.SpellingsOf)));

    /// <summary>Adds where the list's words are in a text.</summary>
    public void Find(FoldedText text, ref List<(int Start, int End)>? found)
    {
        Words.Find(text.Text, Match == WordMatch.Word, ref found);
        if (Accents == WordAccents.Ignored)
        {
            Words.Find(text.WithoutAccents, Match == WordMatch.Word, ref found);
        }
    }
}
