using Chat.Load;

if (LoadOptions.Parse(args) is not { } options)
{
    await Console.Error.WriteLineAsync(LoadOptions.Usage);
    return 2;
}

var report = new Report();
foreach (var scenario in options.Scenarios)
{
    await Console.Error.WriteLineAsync($"Running {scenario.Name} …");
    await scenario.RunAsync(options.Server, report);
}

Console.Write(report.ToMarkdown());
if (options.CsvFile is { } file)
{
    await File.WriteAllTextAsync(file, report.ToCsv());
}

return 0;
