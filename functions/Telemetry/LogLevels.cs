using Microsoft.Extensions.Logging;

namespace Chat.Functions.Telemetry;

/// <summary>Keeps what libraries note of every call out of the log: its addresses name users and conversations, and each line costs.</summary>
public static class LogLevels
{
    private static readonly string[] Libraries = ["System.Net.Http.HttpClient", "Microsoft.AspNetCore", "Microsoft.Azure.SignalR", "Azure"];

    public static ILoggingBuilder AddLogLevels(this ILoggingBuilder logging) =>
        Libraries.Aggregate(logging, static (builder, library) => builder.AddFilter(library, LogLevel.Warning));
}
