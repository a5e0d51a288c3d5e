using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Local.Functions;

/// <summary>Where the value of a function's parameter comes from.</summary>
internal static class ParameterBinding
{
    private static readonly Type[] RouteTypes = [typeof(string), typeof(int), typeof(long), typeof(Guid)];

    /// <summary>The value as an expression over the invocation; null when nothing provides it.</summary>
    public static Expression? TryBind(Function function, ParameterInfo parameter, Expression invocation)
    {
        var type = parameter.ParameterType;
        if (type == typeof(FunctionContext))
        {
            return invocation;
        }

        if (type == typeof(CancellationToken))
        {
            return Expression.Property(invocation, nameof(Invocation.CancellationToken));
        }

        if (function.Trigger is ServiceBusTriggerAttribute && type == typeof(ServiceBusMessageActions))
        {
            return Expression.Property(invocation, nameof(Invocation.MessageActions));
        }

        if (function.Trigger is HttpTriggerAttribute && (type == typeof(HttpContext) || type == typeof(HttpRequest)))
        {
            var http = Expression.Property(invocation, nameof(Invocation.Http));
            return type == typeof(HttpContext) ? http : Expression.Property(http, nameof(HttpContext.Request));
        }

        if (function.Route is { } route)
        {
            return RouteTypes.Contains(type) && route.Pattern.GetParameter(parameter.Name!) is not null
                ? Expression.Call(typeof(ParameterBinding), nameof(RouteValue), [type], invocation, Expression.Constant(parameter.Name))
                : null;
        }

        // By position: reflection may make two objects of one parameter when several hosts start at once.
        return parameter.Position == function.TriggerParameter.Position && TriggerTypes.Allows(function.Trigger, type)
            ? Expression.Convert(Expression.Property(invocation, nameof(Invocation.TriggerData)), type)
            : null;
    }

    private static T? RouteValue<T>(Invocation invocation, string name)
        where T : IParsable<T> =>
        invocation.Http!.Request.RouteValues[name] is string value ? T.Parse(value, CultureInfo.InvariantCulture) : default;
}
