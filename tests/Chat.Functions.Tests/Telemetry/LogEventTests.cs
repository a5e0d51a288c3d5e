using System.Reflection;
using Chat.Functions.Telemetry;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Chat.Functions.Tests.Telemetry;

public class LogEventTests
{
    /// <summary>Operators filter and alert by id: two events under one would be told as one.</summary>
    [Fact]
    public void Have_an_id_that_no_other_event_has()
    {
        var events = typeof(Spans).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => (
                Name: $"{method.DeclaringType!.Name}.{method.Name}", method.GetCustomAttribute<LoggerMessageAttribute>()?.EventId))
            .Where(one => one.EventId is not null)
            .ToLookup(one => one.EventId, one => one.Name);

        Assert.True(events.Count > 20, $"Only {events.Count} events were found.");
        Assert.All(events, sameId => Assert.Single(sameId));
    }
}
