using System.Globalization;
using Chat.Functions.Messages;
using Xunit;

namespace Chat.Functions.Tests.Messages;

public class PreviewTests
{
    [Theory]
    [InlineData("short")]
    [InlineData("👨‍👩‍👧‍👦 family")]
    public void Keeps_a_short_text(string text) => Assert.Equal(text, Preview.Of(text));

    [Fact]
    public void Cuts_a_long_text_with_an_ellipsis()
    {
        var preview = Preview.Of(new string('a', 101));
        Assert.Equal(new string('a', 99) + "…", preview);
    }

    [Theory]
    [InlineData("👨‍👩‍👧‍👦")]
    [InlineData("é́́́")]
    [InlineData("🇩🇪")]
    public void Never_cuts_within_a_character(string character)
    {
        var preview = Preview.Of(string.Concat(Enumerable.Repeat(character, 100)));
        Assert.True(preview.Length <= Preview.MaxLength);
        Assert.EndsWith("…", preview, StringComparison.Ordinal);
        Assert.All(
            StringInfo.ParseCombiningCharacters(preview[..^1]).Zip(StringInfo.ParseCombiningCharacters(preview).Skip(1)),
            cluster => Assert.Equal(character, preview[cluster.First..cluster.Second]));
    }
}
