using System.Text;
using Chat.Functions.Content;
using Xunit;

namespace Chat.Functions.Tests.Content;

public class WordFilterTests
{
    [Theory]
    [InlineData("badword")]
    [InlineData("BaDwOrD")]
    [InlineData("such a badword, isn't it")]
    [InlineData("(badword)")]
    [InlineData("badword!!!")]
    // Zero-width space, joiner, soft hyphen, word joiner, variation selector, a direction mark, a tag, a filler.
    [InlineData("bad\u200Bword")]
    [InlineData("b\u200Da\u200Dd\u00ADw\u2060o\uFE0Fr\u202Ed")]
    [InlineData("bad\U000E0061word")]
    [InlineData("bad\u3164word")]
    [InlineData("\uFEFFbadword")]
    // Control and format characters, in ASCII and beyond; tab and line breaks part words.
    [InlineData("b\u0001adword")]
    [InlineData("bad\u007Fword")]
    [InlineData("bad\u0080w\u009Ford")]
    [InlineData("b\uFFF9a\uFFFAd\uFFFBword")]
    [InlineData("bad\tword", false)]
    [InlineData("bad\nword", false)]
    [InlineData("a\r\nbadword")]
    // Fullwidth, mathematical, circled, superscript, small capitals.
    [InlineData("ｂａｄｗｏｒｄ")]
    [InlineData("𝓫𝓪𝓭𝔀𝓸𝓻𝓭")]
    [InlineData("ⓑⓐⓓⓦⓞⓡⓓ")]
    [InlineData("ᵇᵃᵈʷᵒʳᵈ")]
    [InlineData("ʙᴀᴅᴡᴏʀᴅ")]
    // Cyrillic and Greek letters, some of them or all.
    [InlineData("bаdwоrd")]
    [InlineData("ВАDWORD")]
    [InlineData("bαdwοrd")]
    [InlineData("Тhаt's а bаdwоrd")]
    // Digits and signs.
    [InlineData("b4dw0rd")]
    [InlineData("b@dword")]
    [InlineData("8adword", false)]
    // Struck through and decorated.
    [InlineData("b\u0336a\u0336d\u0336w\u0336o\u0336r\u0336d\u0336")]
    [InlineData("b\u0334\u0315\u035Dadw\u0489ord")]
    // With accents, composed or not, two of them, strokes, and vowel signs of other scripts.
    [InlineData("bádword")]
    [InlineData("bádẃóŕd")]
    [InlineData("b\u0301a\u0308d\u0327w\u0302o\u0328r\u030Cd\u0331")]
    [InlineData("bǟḏẁờṝđ")]
    [InlineData("bа\u0301dẃörd")]
    [InlineData("b\u0E31adwo\u0941rd")]
    [InlineData("b4dẃ0rd")]
    [InlineData("badwords", false)]
    [InlineData("abadword", false)]
    [InlineData("bad word", false)]
    public void Should_find_a_word_however_it_is_spelt(string text, bool isFound = true) =>
        Assert.Equal(isFound, IsRefused(text, "badword"));

    [Theory]
    [InlineData("pot", "рот болит")]
    [InlineData("cop", "Это сор, убери")]
    [InlineData("añó", "feliz año nuevo")]
    [InlineData("coño", "cono")]
    [InlineData("कल", "कुल")]
    [InlineData("ハハ", "ババ")]
    [InlineData("가", "각")]
    [InlineData("ass", "@ass", true)]
    [InlineData("ass", "class")]
    [InlineData("hell", "shell, hello")]
    [InlineData("15", "at 15:00", true)]
    public void Should_leave_other_words_alone(string word, string text, bool isFound = false) =>
        Assert.Equal(isFound, IsRefused(text, word));

    [Fact]
    public void Should_leave_words_with_other_accents_alone_where_they_are_other_words()
    {
        var list = List("refuse", ContentAction.Refuse, "ano", "schwul", "coño");
        Assert.True(WordFilter.Screen("feliz año nuevo", [list]).IsRefused);
        Assert.False(WordFilter.Screen("feliz año nuevo", [list, List("allow", ContentAction.Allow, "año")]).IsRefused);
        Assert.True(WordFilter.Screen("feliz ano nuevo", [list, List("allow", ContentAction.Allow, "año")]).IsRefused);
        var distinct = list with { Accents = WordAccents.Distinct };
        Assert.False(WordFilter.Screen("feliz año nuevo, es ist schwül, un cono", [distinct]).IsRefused);
        Assert.True(WordFilter.Screen("coño", [distinct]).IsRefused);
        Assert.True(WordFilter.Screen("s\u200Bchwul", [distinct]).IsRefused);
    }

    [Fact]
    public void Should_find_words_of_other_scripts()
    {
        Assert.True(IsRefused("Какая сука!", "сука"));
        Assert.True(IsRefused("СУКА", "сука"));
        Assert.True(IsRefused("cyka", "сука"));
        Assert.True(IsRefused("これは馬鹿です", "馬鹿", WordMatch.Anywhere));
        Assert.True(IsRefused("ﾊﾞｶ", "バカ", WordMatch.Anywhere));
        Assert.True(IsRefused("바보", "바보"));
        Assert.True(IsRefused("\u1107\u1161\u1107\u1169", "바보"));
        Assert.True(IsRefused("E\u0302\u0301", "ế"));
        Assert.True(IsRefused("e\u200B\u0301te\u0301", "été"));
    }

    [Fact]
    public void Should_mask_each_scalar_value_and_keep_the_rest()
    {
        Assert.Equal("What a *******, 👍", Mask("What a bAdword, 👍", "badword"));
        Assert.Equal("*******", Mask("𝓫𝓪𝓭𝔀𝓸𝓻𝓭", "badword"));
        Assert.Equal("x ******** y ******* z", Mask("x bad\u200Bword y badword z", "badword"));
        Assert.Equal("x ******** y", Mask("x bad\u0001word y", "badword"));
        Assert.Equal("*** *** no", Mask("bad BAD no", "bad"));
        Assert.Equal("* a ** b", Mask("ﬁ a fi b", "fi"));
        Assert.Equal("*****", Mask("e\u0301te\u0301", "été"));
        Assert.Equal("á *** ó", Mask("á été ó", "ete"));
        Assert.Equal("x ***** y", Mask("x e\u0301te\u0301 y", "ete"));
        Assert.Equal("new york*", Mask("new yorkx", "x", WordMatch.Anywhere));
    }

    [Fact]
    public void Should_do_what_the_strictest_list_says()
    {
        WordList[] lists =
        [
            List("a-flag", ContentAction.Flag, "bad"), List("b-mask", ContentAction.Mask, "bad", "worse"),
            List("c-refuse", ContentAction.Refuse, "worst"), List("d-flag", ContentAction.Flag, "bad"),
        ];
        var flagged = WordFilter.Screen("bad", lists);
        Assert.Equal((false, "***"), (flagged.IsRefused, flagged.Text));
        Assert.Equal(["a-flag", "d-flag"], flagged.Flags);
        Assert.Equal(new ScreenedText("*****"), WordFilter.Screen("worse", lists));
        Assert.True(WordFilter.Screen("bad, worse, worst", lists).IsRefused);
        Assert.Equal(new ScreenedText("fine"), WordFilter.Screen("fine", lists));
    }

    [Fact]
    public void Should_leave_what_an_allow_list_names()
    {
        WordList[] lists =
        [
            List("allow", ContentAction.Allow, WordMatch.Word, "Scunthorpe"),
            List("refuse", ContentAction.Refuse, WordMatch.Anywhere, "thor", "cunt"),
        ];
        Assert.False(WordFilter.Screen("Greetings from SCUNTHORPE", lists).IsRefused);
        Assert.True(WordFilter.Screen("Scunthorpe, thor", lists).IsRefused);
        Assert.True(WordFilter.Screen("Scunthorpes", lists).IsRefused);
    }

    /// <summary>Against a search for each word.</summary>
    [Fact]
    public void Should_find_what_a_search_for_each_word_finds()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            string[] list = [.. Enumerable.Range(0, 6).Select(_ => Any(random, "abc", random.Next(1, 5)))];
            var (text, isWhole) = (Any(random, "abc ", 40), round % 2 == 0);
            List<(int Start, int End)>? found = null;
            new WordAutomaton(list).Find(text, isWhole, ref found);
            var expected = Enumerable.Range(1, text.Length).SelectMany(end => list
                .Where(word => text[..end].EndsWith(word, StringComparison.Ordinal))
                .Select(word => (Start: end - word.Length, End: end))
                .Where(one => !isWhole || IsAlone(text, one.Start, one.End))
                .OrderBy(one => one.Start)
                .Take(1));
            Assert.Equal(expected, found ?? []);
        }

        static bool IsAlone(string text, int start, int end) =>
            (start == 0 || text[start - 1] == ' ') && (end == text.Length || text[end] == ' ');
    }

    /// <summary>Whatever a text is, it is screened, and masking changes neither its length nor what isn't masked.</summary>
    [Fact]
    public void Should_take_any_text()
    {
        WordList[] lists = [List("mask", ContentAction.Mask, WordMatch.Anywhere, "a", "é", "x", "fi", "각", "1")];
        var random = new Random(6);
        (int Least, int Most)[] ranges = [(1, 0xD7FF), (0xE000, 0x10FFFF), (0x20, 0x24F), (0x300, 0x36F), (0x1100, 0x11FF)];
        for (var round = 0; round < 2_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 30).Select(_ => ranges[random.Next(ranges.Length)])
                .Select(range => new Rune(random.Next(range.Least, range.Most)).ToString()));
            var masked = WordFilter.Screen(text, lists).Text;
            Assert.Equal(text.EnumerateRunes().Count(), masked.EnumerateRunes().Count());
            Assert.All(text.EnumerateRunes().Zip(masked.EnumerateRunes()), pair => Assert.True(
                pair.First == pair.Second || pair.Second.Value == '*'));
        }
    }

    [Fact]
    public void Should_take_the_largest_lists_and_texts_within_bounds()
    {
        var random = new Random(3);
        var words = Enumerable.Range(0, 10_000)
            .Select(_ => string.Concat(Enumerable.Range(0, 64).Select(_ => (char)('a' + random.Next(26)))))
            .ToList();
        var list = List("refuse", ContentAction.Refuse, WordMatch.Anywhere, [.. words]);
        Assert.True(WordFilter.Screen($"{new string('a', 3900)}{words[^1]}", [list]).IsRefused);
        Assert.False(WordFilter.Screen(string.Concat(Enumerable.Repeat("e\u0301\u0301\u0301", 1000)), [list]).IsRefused);
    }

    [Theory]
    [InlineData("https://example.com/x", true)]
    [InlineData("see http://x", true)]
    [InlineData("www.example", true)]
    [InlineData("example.com", true)]
    [InlineData("Visit ＥＸＡＭＰＬＥ．ＣＯＭ now", true)]
    [InlineData("exam\u200Bple.c\u200Bom", true)]
    [InlineData("exam\u0001ple.c\u007Fom", true)]
    [InlineData("example。com", true)]
    [InlineData("t.me/somebody", true)]
    [InlineData("mailto:me@x", true)]
    [InlineData("bücher.de", true)]
    [InlineData("xn--nothing.xn--p1ai", true)]
    [InlineData("10.0.0.1/admin", true)]
    [InlineData("10.0.0.1:80/admin", true)]
    [InlineData("scam.top", true)]
    [InlineData("Go to Scam.Shop!", true)]
    [InlineData("scam.site, scam.online", true)]
    [InlineData("scam.store", true)]
    [InlineData("scam.click", true)]
    [InlineData("scam.link", true)]
    [InlineData("scam.live?q", true)]
    [InlineData("somebody.me", true)]
    [InlineData("1.2.3.4", true)]
    [InlineData("at 10.0.0.255:8080.", true)]
    [InlineData("10.0.0.256", false)]
    [InlineData("01.23.45.67.89", false)]
    [InlineData("v1.2.3.4", false)]
    [InlineData("Version 1.2.3", false)]
    [InlineData("e.g. this.That", false)]
    [InlineData("Hello.How are you", false)]
    [InlineData("over.Now", false)]
    [InlineData("stop.topping", false)]
    [InlineData("readme.md, main.rs", false)]
    [InlineData("Hello.It's me", false)]
    [InlineData("Well...no. At 15:30, 1.5 or 2.0?", false)]
    [InlineData("e.g. this, i.e. that", false)]
    [InlineData("and/or", false)]
    [InlineData("no.Really", false)]
    public void Should_know_a_link(string text, bool isLink)
    {
        Assert.Equal(isLink, Links.AreIn(text));
        Assert.Equal(isLink ? "content_refused" : null, Links.Refusal(isStranger: true, text)?.Code);
        Assert.Null(Links.Refusal(isStranger: false, text));
    }

    private static bool IsRefused(string text, string word, WordMatch match = WordMatch.Word) =>
        WordFilter.Screen(text, [List("refuse", ContentAction.Refuse, match, word)]).IsRefused;

    private static string Mask(string text, string word, WordMatch match = WordMatch.Word) =>
        WordFilter.Screen(text, [List("mask", ContentAction.Mask, match, word)]).Text;

    private static WordList List(string id, ContentAction action, params string[] words) => List(id, action, WordMatch.Word, words);

    private static WordList List(string id, ContentAction action, WordMatch match, params string[] words) =>
        WordList.Of(new WordListDocument { Id = id, Action = action, Match = match, Words = words });

    private static string Any(Random random, string letters, int length) =>
        new([.. Enumerable.Range(0, length).Select(_ => letters[random.Next(letters.Length)])]);
}
