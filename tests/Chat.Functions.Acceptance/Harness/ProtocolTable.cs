namespace Chat.Functions.Acceptance.Harness;

/// <summary>A row of the table of who may do what: <c>yes</c>, the status of the refusal, or nothing where it can't be tried.</summary>
internal sealed record ProtocolRow(
    string Operation,
    string Owner,
    string Admin,
    string Member,
    string Direct,
    string Blocked,
    string Restricts,
    string Asks,
    string IsAsked,
    string Others);

/// <summary>The table of who may do what, as docs/protocol.md has it.</summary>
internal static class ProtocolTable
{
    private const string Heading = "### Who may do what";

    public static IReadOnlyList<ProtocolRow> Read() =>
        [.. File.ReadLines(Path.Combine(Root(), "docs", "protocol.md"))
            .SkipWhile(line => line != Heading)
            .Skip(1)
            .TakeWhile(line => !line.StartsWith('#'))
            .Where(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Split('|').Select(cell => cell.Trim()).ToList())
            .Select(cells => new ProtocolRow(
                cells[1], cells[2], cells[3], cells[4], cells[5], cells[6], cells[7], cells[8], cells[9], cells[10]))];

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Chat.Functions.sln")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("The tests aren't in their repository.");
        }

        return directory.FullName;
    }
}
