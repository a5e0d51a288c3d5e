using BenchmarkDotNet.Attributes;
using Chat.Functions.Content;

namespace Chat.Micro;

/// <summary>What word lists add to a message: five of 1,000 words each, none of which is in it.</summary>
public class FilterLoops
{
    private const int Lists = 5;
    private const int Words = 1_000;
    private const string Latin = "Shall we meet at eight, where we met last time? I'll bring the tickets, you bring the map. See you th3n!";
    private const string Cyrillic = "Встретимся в восемь, там же, где в прошлый раз? Я возьму билеты, а ты возьми карту. До встречи, пока!";
    private const string Decorated =
        "Sha\u0336ll w\u200Be m\u200Beet at ｅｉｇｈｔ, wh\u0435re we m\u0435t last time? I'll bring the 𝓽𝓲𝓬𝓴𝓮𝓽𝓼, you bring the map!";

    private WordList[] _lists = [];

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        string Word() => new([.. Enumerable.Range(0, random.Next(4, 13)).Select(_ => (char)('a' + random.Next(26)))]);
        _lists = [.. Enumerable.Range(0, Lists).Select(n => WordList.Of(new WordListDocument
        {
            Id = $"{n}",
            Action = ContentAction.Refuse,
            Match = n % 2 == 0 ? WordMatch.Word : WordMatch.Anywhere,
            Words = [.. Enumerable.Range(0, Words).Select(_ => $"{Word()}q")],
        }))];
        if (new[] { Latin, Cyrillic, Decorated }.Any(text => WordFilter.Screen(text, _lists).IsRefused))
        {
            throw new InvalidOperationException("A listed word is in a text, so that the rest isn't looked at as usual.");
        }
    }

    [Benchmark(Description = "screen 100 letters, 5 lists of 1,000 words")]
    public int Screen() => WordFilter.Screen(Latin, _lists).Text.Length;

    [Benchmark(Description = "screen 100 Cyrillic letters, the same lists")]
    public int ScreenCyrillic() => WordFilter.Screen(Cyrillic, _lists).Text.Length;

    [Benchmark(Description = "screen 100 letters that hide, the same lists")]
    public int ScreenDecorated() => WordFilter.Screen(Decorated, _lists).Text.Length;

    [Benchmark(Description = "screen 100 letters, no lists")]
    public int ScreenNothing() => WordFilter.Screen(Latin, []).Text.Length;
}
