using Chat.Functions.Acceptance.Api;
using Xunit;

namespace Chat.Functions.Acceptance.Builds;

/// <summary>
/// What a build is to be like, as a file beside the tests. <c>CHAT_UPDATE_BUILDS=1</c> writes it anew, for review as a change like any
/// other.
/// </summary>
internal sealed class ExpectedFile(string name)
{
    private readonly string _path = Repository.Path($"tests/Chat.Functions.Acceptance/Builds/{name}");

    public void Holds(string found)
    {
        if (Environment.GetEnvironmentVariable("CHAT_UPDATE_BUILDS") == "1")
        {
            File.WriteAllText(_path, found);
        }

        var expected = File.ReadAllText(_path);
        Assert.True(
            expected == found,
            $"{_path} says otherwise. {FirstDifference(expected, found)} If it is meant, run the test with CHAT_UPDATE_BUILDS=1.");
    }

    public string Read() => File.ReadAllText(_path);

    private static string FirstDifference(string expected, string found)
    {
        var (was, now) = (expected.Split('\n'), found.Split('\n'));
        var line = was.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"Line {line + 1}: expected '{was.ElementAtOrDefault(line)}', found '{now.ElementAtOrDefault(line)}'.";
    }
}
