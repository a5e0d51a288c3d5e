using System.Text;
using System.Text.Json;
using Chat.Functions.Cards;
using Chat.Functions.Gifs;
using Xunit;

namespace Chat.Functions.Tests.Gifs;

public class GifPageTests
{
    private const string Good =
        """{"id":"g-7","url":"https://gifs.example/7.gif","previewUrl":"https://a.gifs.example/7","""
        + "\"width\":320,\"height\":240,\"title\":\"A cat\"}";

    private static readonly CardOptions Cards = new() { ThumbnailHosts = "gifs.example" };

    [Fact]
    public void Should_be_read_as_they_were_answered_and_each_once()
    {
        var page = Read($$"""{"gifs":[{{Good}},{{Good}}],"cursor":"24","more":1}""");

        var gif = Assert.Single(page.Gifs);
        Assert.Equal(("g-7", "https://gifs.example/7.gif", "https://a.gifs.example/7"), (gif.Id.Value, gif.Url, gif.PreviewUrl));
        Assert.Equal((320, 240, "A cat", "24"), (gif.Width, gif.Height, gif.Title, page.Cursor));
        Assert.Null(Read("""{"gifs":[],"cursor":null}""").Cursor);
    }

    [Theory]
    [InlineData("\"g-7\"", "\"\"")]
    [InlineData("\"g-7\"", "null")]
    [InlineData("\"g-7\"", "\"..\"")]
    [InlineData("\"g-7\"", "\"a/b\"")]
    [InlineData("\"g-7\"", "\"$129\"")]
    [InlineData("https://gifs.example/7.gif", "http://gifs.example/7.gif")]
    [InlineData("https://gifs.example/7.gif", "https://me:secret@gifs.example/7.gif")]
    [InlineData("https://gifs.example/7.gif", "https://evil.example/7.gif")]
    [InlineData("https://gifs.example/7.gif", "https://gifs.example.evil.example/7.gif")]
    [InlineData("https://gifs.example/7.gif", "https://evilgifs.example/7.gif")]
    [InlineData("https://gifs.example/7.gif", @"https://evil.example\\@gifs.example/7.gif")]
    [InlineData("https://gifs.example/7.gif", "https://gifs.example/7 .gif")]
    [InlineData("https://gifs.example/7.gif", "https://gifs.example/é.gif")]
    [InlineData("https://gifs.example/7.gif", "https://gifs.example/$1024")]
    [InlineData("https://gifs.example/7.gif", "javascript:alert(1)")]
    [InlineData("https://gifs.example/7.gif", "//gifs.example/7.gif")]
    [InlineData("https://a.gifs.example/7", "https://evil.example/7")]
    [InlineData("https://a.gifs.example/7", "")]
    [InlineData("320", "0")]
    [InlineData("320", "10001")]
    [InlineData("240", "-1")]
    [InlineData("\"A cat\"", "\"\"")]
    [InlineData("\"A cat\"", "null")]
    [InlineData("\"A cat\"", @"""A\u0000cat""")]
    [InlineData("\"A cat\"", "\"$129\"")]
    public void Should_be_left_out_where_a_card_of_it_would_be_refused(string there, string instead)
    {
        var text = instead.Replace("$129", new string('x', 129), StringComparison.Ordinal)
            .Replace("$1024", new string('x', 1024), StringComparison.Ordinal);
        var bad = Good.Replace(there, text, StringComparison.Ordinal);
        Assert.NotEqual(Good, bad);

        var page = Read($$"""{"gifs":[{{bad}},null,{{Good.Replace("g-7", "g-8", StringComparison.Ordinal)}}]}""");

        Assert.Equal("g-8", Assert.Single(page.Gifs).Id.Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html></html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"gifs":null}""")]
    [InlineData("""{"gifs":{}}""")]
    [InlineData("""{"gifs":["g-7"]}""")]
    [InlineData("""{"gifs":[{"id":7}]}""")]
    [InlineData("""{"gifs":[{"width":"320"}]}""")]
    [InlineData("""{"gifs":[{"width":1.5}]}""")]
    [InlineData("""{"gifs":[{"width":99999999999}]}""")]
    [InlineData("""{"gifs":[{"title":"\ud800"}]}""")]
    [InlineData("""{"gifs":[null,null,null,null]}""")]
    [InlineData("""{"gifs":[],"cursor":""}""")]
    [InlineData("""{"gifs":[],"cursor":24}""")]
    [InlineData("""{"gifs":[],"cursor":"a b"}""")]
    [InlineData("""{"gifs":[],"cursor":"é"}""")]
    [InlineData("""{"gifs":[]}}""")]
    public void Should_be_no_answer_if_it_is_no_page(string json) =>
        Assert.True(Record.Exception(() => Read(json)) is JsonException or InvalidDataException);

    [Fact]
    public void Should_go_on_at_a_cursor_of_bounded_length()
    {
        Assert.True(GifSearch.IsCursor(new string('x', 256)));
        Assert.False(GifSearch.IsCursor(new string('x', 257)));
    }

    private static GifPage Read(string json) => GifPage.Read(Encoding.UTF8.GetBytes(json), 3, Cards);
}
