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
    await scenario.RunAsync(options, report);
    if (options.Out is { } folder)
    {
        await report.WriteAsync(folder, "results");
    }
}

Console.Write(report.ToMarkdown());
return 0;
