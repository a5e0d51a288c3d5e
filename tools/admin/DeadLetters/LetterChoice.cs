using System.CommandLine;
using System.Globalization;

namespace Chat.Admin.DeadLetters;

/// <summary>Which dead letters of a queue are meant: some by their ids, or all that are there.</summary>
internal sealed class LetterChoice
{
    private readonly Argument<string> _queue = Queues.Argument();
    private readonly Option<long[]> _ids = new("--id")
    {
        Description = "The letters of these ids, from the list.",
        AllowMultipleArgumentsPerToken = true,
    };
    private readonly Option<bool> _all = new("--all") { Description = "All that are there now; one that comes meanwhile is left alone." };

    /// <summary>Lets a command be told which letters, in one way or the other.</summary>
    public void AddTo(Command command)
    {
        command.Add(_queue);
        command.Add(_ids);
        command.Add(_all);
        command.Validators.Add(given =>
        {
            if (given.GetResult(_ids) is { Implicit: false } == given.GetValue(_all))
            {
                given.AddError("Which letters? Give --id ID, or --all.");
            }
        });
    }

    public string Queue(ParseResult parsed) => parsed.GetRequiredValue(_queue);

    /// <summary>The ids of those that are meant, each once.</summary>
    public async Task<IReadOnlyList<long>> ResolveAsync(
        ParseResult parsed,
        DeadLetterQueues letters,
        CancellationToken cancellationToken) =>
        parsed.GetValue(_all)
            ? await letters.ListAsync(Queue(parsed), cancellationToken).Select(letter => letter.Id).ToListAsync(cancellationToken)
            : [.. parsed.GetRequiredValue(_ids).Distinct()];

    /// <summary>Says what was done, letter by letter, and what wasn't.</summary>
    /// <returns>The exit code: whether all was done.</returns>
    public static async Task<int> TellAsync(ParseResult parsed, string done, IReadOnlyList<long> ids, IAsyncEnumerable<long> results)
    {
        var (left, console) = (ids.ToHashSet(), parsed.InvocationConfiguration);
        await foreach (var id in results)
        {
            left.Remove(id);
            await console.Output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{done} {id}"));
        }

        await console.Error.WriteLineAsync($"{ids.Count - left.Count} of {ids.Count} {done}.");
        if (left.Count > 0)
        {
            await console.Error.WriteLineAsync($"Not there any more, or with somebody just now: {string.Join(", ", left.Order())}.");
        }

        return left.Count == 0 ? AdminTool.Done : AdminTool.Failed;
    }
}
