using System.CommandLine;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Shared;
using Spectre.Console;

namespace Chat.Admin;

internal enum ReportFormat
{
    Table,
    Json,
}

/// <summary>How reading commands show what they found: as tables for people, or as JSON for programs.</summary>
internal static class Report
{
    /// <summary>Tables aren't broken into lines where nobody sees their edge.</summary>
    private const int WidthOfFiles = 1_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new TimestampConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static Option<ReportFormat> Format() =>
        new("--output", "-o") { Description = "Tables for people, or JSON for programs.", HelpName = "table|json" };

    /// <summary>Without it nothing is shown of what people wrote.</summary>
    public static Option<bool> Content() => new("--content") { Description = "Also show what people wrote: titles, texts, drafts." };

    /// <summary>Writes what was found, as a value or as its tables.</summary>
    public static void Write<T>(ParseResult parsed, Option<ReportFormat> format, T value, params IEnumerable<Table> tables)
    {
        var output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(format) == ReportFormat.Json)
        {
            output.WriteLine(JsonSerializer.Serialize(value, Json));
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        if (Console.IsOutputRedirected || output != Console.Out)
        {
            console.Profile.Width = WidthOfFiles;
        }

        foreach (var table in tables)
        {
            console.Write(table);
        }
    }

    public static Table Table(params IEnumerable<string> columns)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var column in columns)
        {
            table.AddColumn(column);
        }

        return table;
    }

    /// <summary>Adds a row of values; none is taken for markup, and none can steer the terminal.</summary>
    public static void Row(this Table table, params IEnumerable<object?> values) =>
        table.AddRow(values.Select(value => new Text(Show(value))));

    /// <summary>A value on a line, without what steers a terminal.</summary>
    public static string Show(object? value)
    {
        var text = value switch
        {
            null => "",
            DateTimeOffset at => TimestampConverter.ToText(at),
            Enum word => JsonNamingPolicy.CamelCase.ConvertName(word.ToString()),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
        return string.Concat(text.Select(character => char.IsControl(character) ? ' ' : character));
    }
}
