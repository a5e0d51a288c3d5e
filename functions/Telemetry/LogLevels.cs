using Microsoft.Extensions.Logging;

namespace Chat.Functions.Telemetry;

/// <summary>
/// Keeps the libraries' lines about every call out of the log: their URLs name users and conversations, and each line costs
/// money.
/// </summary>
public static class LogLevels
{
    private static readonly string[] Libraries = ["System.Net.Http.HttpClient", "Microsoft.AspNetCore", "Microsoft.Azure.SignalR", "Azure"];

    public static ILoggingBuilder AddLogLevels(this ILoggingBuilder logging) =>
        Libraries.Aggregate(logging, static (builder, library) => builder.AddFilter(library, LogLevel.Warning));
}
