using System.Linq.Expressions;
using System.Reflection;
using System.Text.RegularExpressions;
using Chat.Local.Functions.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;
using Microsoft.Extensions.Configuration;

namespace Chat.Local.Functions;

/// <summary>Finds the app's functions and refuses what the real host would refuse or silently break.</summary>
internal static partial class FunctionCatalog
{
    private const BindingFlags AnyMethod = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <exception cref="HostRefusedException">A function isn't right; the message names it.</exception>
    public static IReadOnlyList<Function> Find(IEnumerable<Type> types, string routePrefix, IConfiguration settings)
    {
        var functions = types
            .SelectMany(type => type.GetMethods(AnyMethod))
            .Select(method => (Method: method, Attribute: method.GetCustomAttribute<FunctionAttribute>()))
            .Where(found => found.Attribute is not null)
            .Select(found => Check(found.Attribute!.Name, found.Method, routePrefix, settings))
            .OrderBy(function => function.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var twice in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase).Where(group => group.Count() > 1))
        {
            throw HostRefusedException.Function(twice.Key, $"exists more than once: {string.Join(", ", twice.Select(function => function.EntryPoint))}.");
        }

        HttpRoute.RefuseDuplicates(functions);
        return functions;
    }

    private static Function Check(string name, MethodInfo method, string routePrefix, IConfiguration settings)
    {
        if (!ValidName().IsMatch(name))
        {
            throw HostRefusedException.Function(name, "needs a name that starts with a letter and has only letters, digits, _ and -, at most 128.");
        }

        var bindings = method.GetParameters()
            .SelectMany(parameter => parameter.GetCustomAttributes<BindingAttribute>(), (parameter, binding) => (parameter, binding))
            .ToList();
        if (bindings.Find(bound => bound.binding is not TriggerBindingAttribute) is { binding: { } unknown })
        {
            throw HostRefusedException.Function(name, $"has a binding that the local host doesn't know: {unknown.GetType().Name}.");
        }

        if (bindings is not [var (triggerParameter, trigger)])
        {
            throw HostRefusedException.Function(name, $"has {bindings.Count} triggers; a function has exactly one.");
        }

        var function = new Function(name, method, triggerParameter, (TriggerBindingAttribute)trigger)
        {
            Route = trigger is HttpTriggerAttribute http ? HttpRoute.Parse(name, http, routePrefix) : null,

            // The only spelling that the real host honours.
            IsDisabled = settings[$"AzureWebJobs.{name}.Disabled"] is { } value && (value == "1" || value.Equals("true", StringComparison.OrdinalIgnoreCase)),
        };
        CheckRetry(function);
        CheckParameters(function);
        CheckResult(function);
        return function;
    }

    private static void CheckRetry(Function function)
    {
        if (function.Retry is { } retry && function.Trigger is not (CosmosDBTriggerAttribute or TimerTriggerAttribute))
        {
            throw HostRefusedException.Function(
                function.Name,
                $"has {retry.GetType().Name}, which the host ignores for this trigger; failed messages come again by themselves.");
        }
    }

    private static void CheckParameters(Function function)
    {
        var invocation = Expression.Parameter(typeof(Invocation));
        foreach (var parameter in function.Method.GetParameters().Where(parameter => ParameterBinding.TryBind(function, parameter, invocation) is null))
        {
            throw HostRefusedException.Function(
                function.Name,
                $"has a parameter that nothing provides: {parameter.ParameterType.Name} {parameter.Name}.");
        }
    }

    private static void CheckResult(Function function)
    {
        var method = function.Method;
        var result = FunctionCall.ReturnType(method);
        if (method.GetCustomAttribute<OutputBindingAttribute>() is { } output)
        {
            throw HostRefusedException.Function(
                function.Name,
                function.Route is null
                    ? $"has a binding that the local host doesn't know: {output.GetType().Name}."
                    : $"has {output.GetType().Name} on its method, which takes the place of its HTTP answer; return a class with an [HttpResult] property.");
        }

        if (function.Route is null ? result != typeof(void) : result != typeof(void) && !IsHttp(FunctionCall.HttpResultOf(result)?.PropertyType ?? result))
        {
            throw HostRefusedException.Function(function.Name, $"returns {result.Name}, which the local host can't use.");
        }
    }

    private static bool IsHttp(Type type) => type.IsAssignableTo(typeof(IResult)) || type.IsAssignableTo(typeof(IActionResult));

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]{0,127}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValidName();
}
