using System.Text.Json;
using System.Text.RegularExpressions;
using Chat.Local.Functions.Http;
using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Configuration;

namespace Chat.Local.Functions;

/// <summary>Reads the functions that a worker has, and refuses what the real host would refuse or silently break.</summary>
internal static partial class FunctionCatalog
{
    /// <exception cref="HostRefusedException">A function isn't right; the message names it.</exception>
    public static IReadOnlyList<Function> Read(IEnumerable<RpcFunctionMetadata> described, string routePrefix, IConfiguration settings)
    {
        var functions = described
            .Select(metadata => Check(metadata, routePrefix, settings))
            .OrderBy(function => function.Name, StringComparer.Ordinal)
            .ToList();
        foreach (
            var twice in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            throw HostRefusedException.Function(
                twice.Key,
                $"exists more than once: {string.Join(", ", twice.Select(function => function.EntryPoint))}.");
        }

        HttpRoute.RefuseDuplicates(functions);
        return functions;
    }

    private static Function Check(RpcFunctionMetadata metadata, string routePrefix, IConfiguration settings)
    {
        var name = metadata.Name;
        if (!ValidName().IsMatch(name))
        {
            throw HostRefusedException.Function(
                name,
                "needs a name that starts with a letter and has only letters, digits, _ and -, at most 128.");
        }

        var bindings = metadata.RawBindings.Select(binding => JsonElement.Parse(binding)).ToList();
        if (bindings.Where(IsTrigger).ToList() is not [var one])
        {
            throw HostRefusedException.Function(name, $"has {bindings.Count(IsTrigger)} triggers; a function has exactly one.");
        }

        var trigger = TriggerBinding.TryRead(one) ?? throw Unknown(name, one);
        if (bindings.Find(binding => !IsTrigger(binding)
            && !(trigger is HttpTriggerBinding && TypeOf(binding) == "http")) is { ValueKind: JsonValueKind.Object } other)
        {
            throw Unknown(name, other);
        }

        if (metadata.RetryOptions is not null && trigger is not (CosmosTriggerBinding or TimerTriggerBinding))
        {
            throw HostRefusedException.Function(
                name,
                "has a retry policy, which the host ignores for this trigger; failed messages come again by themselves.");
        }

        return new Function(metadata, trigger)
        {
            Route = trigger is HttpTriggerBinding http ? HttpRoute.Parse(name, http, routePrefix) : null,

            // The only spelling that the real host honours.
            IsDisabled = settings[$"AzureWebJobs.{name}.Disabled"] is { } value
                && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase)),
        };
    }

    private static HostRefusedException Unknown(string function, JsonElement binding) =>
        HostRefusedException.Function(function, $"has a binding that the local host doesn't know: {TypeOf(binding)}.");

    private static bool IsTrigger(JsonElement binding) => TypeOf(binding)!.EndsWith("Trigger", StringComparison.OrdinalIgnoreCase);

    private static string? TypeOf(JsonElement binding) => binding.GetProperty("type").GetString();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidName();
}
