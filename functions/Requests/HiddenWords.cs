using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Content;
using Chat.Functions.Shared;
using Microsoft.Azure.Cosmos;

namespace Chat.Functions.Requests;

/// <summary>The words that a user doesn't want to read in requests, in the user's partition.</summary>
public sealed record HiddenWords
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "hiddenWords";

    [JsonPropertyOrder(-2)]
    public string Type => DocumentId;

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    /// <summary>At most <see cref="Limits.HiddenWords"/>, as the user wrote them.</summary>
    public required IReadOnlyList<string> Words { get; init; }

    /// <summary>
    /// Whether a text has any of them, both folded as for word lists; a word without accents is found with any. A word must stand alone,
    /// but for scripts whose letters have no case: many of them write no spaces.
    /// </summary>
    public bool AreIn(string text)
    {
        var spellings = Words.SelectMany(FoldedText.SpellingsOf).ToLookup(IsCaseless);
        var folded = FoldedText.Of(text);
        var words = new WordAutomaton(spellings[false]);
        List<(int Start, int End)>? found = null;
        words.Find(folded.Text, isWhole: true, ref found);
        words.Find(folded.WithoutAccents, isWhole: true, ref found);
        new WordAutomaton(spellings[true]).Find(folded.Text, isWhole: false, ref found);
        return found is not null;
    }

    private static bool IsCaseless(string word) => word.Any(letter => char.GetUnicodeCategory(letter) == UnicodeCategory.OtherLetter);
}

/// <summary>Stores <see cref="HiddenWords"/>. The last write stays.</summary>
public sealed class HiddenWordsStore(ChatContainers containers)
{
    /// <summary>A user's words; none until they chose some.</summary>
    public async Task<IReadOnlyList<string>> ReadAsync(UserId user, CancellationToken cancellationToken) =>
        (await FindAsync(user, cancellationToken))?.Words ?? [];

    /// <summary>Whether a user doesn't want to read a text in a request.</summary>
    public async Task<bool> HidesAsync(UserId user, string text, CancellationToken cancellationToken) =>
        (await FindAsync(user, cancellationToken))?.AreIn(text) == true;

    public async Task WriteAsync(HiddenWords words, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(words);
        using var body = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(words, ChatJson.Default.HiddenWords), writable: false);
        using var response = await containers.Users.UpsertItemStreamAsync(
            body,
            new PartitionKey(words.UserId.Value),
            new ItemRequestOptions { EnableContentResponseOnWrite = false },
            cancellationToken);
        response.EnsureSuccessStatusCode();
    }

    /// <summary>A user's words; null until they chose some.</summary>
    public async Task<HiddenWords?> FindAsync(UserId user, CancellationToken cancellationToken) =>
        (await containers.Users.ReadDocumentAsync(
            HiddenWords.DocumentId,
            new PartitionKey(user.Value),
            ChatJson.Default.HiddenWords,
            cancellationToken: cancellationToken)).Document;
}
