namespace Chat.Functions.Acceptance.Api;

/// <summary>The tables of <c>docs/protocol.md</c>.</summary>
internal static class ProtocolPage
{
    /// <summary>The cells of all tables whose first column is headed so, row by row.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Rows(string firstColumn)
    {
        var rows = new List<IReadOnlyList<string>>();
        var isIn = false;
        foreach (var line in File.ReadLines(Repository.Path("docs/protocol.md")))
        {
            IReadOnlyList<string> cells = line is ['|', ..]
                ? [.. line.Replace(@"\|", "", StringComparison.Ordinal).Split('|')[1..^1].Select(cell => cell.Trim())]
                : [];
            if (isIn && cells is [not ['-', ..], ..])
            {
                rows.Add(cells);
            }

            isIn = cells.Count > 0 && (isIn || cells[0] == firstColumn);
        }

        return rows;
    }

    /// <summary>What a cell has between backticks.</summary>
    public static IEnumerable<string> Codes(string cell) => cell.Split('`').Where((_, index) => index % 2 == 1);
}
