using System.Text;
using Chat.Functions.Reactions;
using Xunit;

namespace Chat.Functions.Tests.Reactions;

public class ReactionKeyTests
{
    private const string AsEmoji = "\uFE0F";

    private static readonly string[] All =
        [.. ReadLines().Where(line => !line.StartsWith("# ", StringComparison.Ordinal))];

    [Fact]
    public void Should_know_all_that_Unicode_recommends()
    {
        Assert.Equal(3944, All.Length);
        Assert.All(All, emoji => Assert.Equal(emoji, KeyOf(emoji)));
        Assert.Equal(All.Length, All.Select(Bare).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void Should_give_every_spelling_of_an_emoji_the_same_key()
    {
        foreach (var emoji in All)
        {
            Assert.Equal(emoji, KeyOf(Bare(emoji)));

            // Minimally qualified spellings leave one selector out, over-qualified ones add it wherever an emoji character takes one.
            for (var at = emoji.IndexOf(AsEmoji, StringComparison.Ordinal);
                at >= 0;
                at = emoji.IndexOf(AsEmoji, at + 1, StringComparison.Ordinal))
            {
                Assert.Equal(emoji, KeyOf(emoji.Remove(at, 1)));
            }

            var whole = string.Concat(Bare(emoji).EnumerateRunes()
                .Select(rune => All.Contains(rune.ToString()) || All.Contains(rune + AsEmoji) ? rune + AsEmoji : $"{rune}"));
            Assert.Equal(emoji, KeyOf(whole));
        }
    }

    [Theory]
    [InlineData("\uFE0F\uFE0F")]
    [InlineData("\u200D")]
    [InlineData("\uFE0E")]
    [InlineData("\uFE0E\uFE0F")]
    [InlineData("\u0300")]
    [InlineData("\u20E3\u20E3")]
    [InlineData("\U000E0067")]
    [InlineData("\U000E007F")]
    [InlineData("\U0001F1FA")]
    [InlineData(" ")]
    public void Should_refuse_an_emoji_with_anything_after_it(string tail) =>
        Assert.All(All, emoji => Assert.Null(KeyOf(Bare(emoji) + tail)));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("1")]
    [InlineData("1\uFE0F")]
    [InlineData("\uFE0F")]
    [InlineData("\u200D")]
    [InlineData("\uFE0F👍")]
    [InlineData("\u200D👍")]
    [InlineData("👍👍")]
    [InlineData("👍🏽\uFE0F")]
    [InlineData("🏽")]
    [InlineData("🦰")]
    [InlineData("\U0001F1FA")]
    [InlineData("\U0001F1FA\uFE0F\U0001F1F8")]
    [InlineData("\U0001F1FA\U0001F1FA")]
    [InlineData("\U0001F3F4\U000E0067")]
    [InlineData("\uD83D")]
    [InlineData("👍\uD83D")]
    [InlineData(":")]
    [InlineData("::")]
    [InlineData(":Abc:")]
    [InlineData(":abc")]
    public void Should_refuse_what_is_neither_one_emoji_nor_a_name(string text) => Assert.Null(KeyOf(text));

    [Fact]
    public void Should_refuse_what_is_too_long_for_an_emoji()
    {
        Assert.Null(KeyOf(string.Concat(Enumerable.Repeat("❤" + AsEmoji, 1000))));
        Assert.Null(KeyOf(new string('\uFE0F', 1000)));
    }

    [Theory]
    [InlineData(":party_parrot:")]
    [InlineData(":a+b-c_9:")]
    public void Should_take_names_as_they_are(string name) => Assert.Equal(name, KeyOf(name));

    private static string Bare(string emoji) => emoji.Replace(AsEmoji, "", StringComparison.Ordinal);

    private static string? KeyOf(string text) => ReactionKey.TryParse(text, out var key) ? key.Value : null;

    private static string[] ReadLines()
    {
        using var reader = new StreamReader(
            typeof(ReactionKey).Assembly.GetManifestResourceStream(typeof(ReactionKey), "Emoji.txt")!,
            Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
