using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Local.Functions;

/// <summary>Turns a function's method into a delegate: no reflection when it is called.</summary>
internal static class FunctionCall
{
    public static Func<Invocation, ValueTask<object?>> Compile(Function function)
    {
        var invocation = Expression.Parameter(typeof(Invocation));
        var call = Expression.Call(
            function.Method.IsStatic ? null : NewInstance(function.Method.DeclaringType!, invocation),
            function.Method,
            function.Method.GetParameters().Select(parameter => ParameterBinding.TryBind(function, parameter, invocation)!));
        return Expression.Lambda<Func<Invocation, ValueTask<object?>>>(Awaited(call), invocation).Compile();
    }

    /// <summary>The type that a method's caller gets in the end: <c>T</c> of <c>Task&lt;T&gt;</c>, <c>void</c> of <c>Task</c>.</summary>
    public static Type ReturnType(MethodInfo method) => method.ReturnType switch
    {
        { IsGenericType: true } type when type.GetGenericTypeDefinition() == typeof(Task<>) || type.GetGenericTypeDefinition() == typeof(ValueTask<>) =>
            type.GetGenericArguments()[0],
        var type when type == typeof(Task) || type == typeof(ValueTask) => typeof(void),
        var type => type,
    };

    /// <summary>The property that holds the HTTP answer in a result of several parts.</summary>
    public static PropertyInfo? HttpResultOf(Type result) =>
        Array.Find(result.GetProperties(), property => property.IsDefined(typeof(HttpResultAttribute)));

    private static UnaryExpression NewInstance(Type type, Expression invocation) =>
        Expression.Convert(
            Expression.Invoke(
                Expression.Constant(ActivatorUtilities.CreateFactory(type, [])),
                Expression.Property(invocation, nameof(Invocation.InstanceServices)),
                Expression.Constant(null, typeof(object[]))),
            type);

    private static Expression Awaited(MethodCallExpression call)
    {
        if (call.Type == typeof(void))
        {
            return Expression.Block(call, Expression.Default(typeof(ValueTask<object?>)));
        }

        var result = ReturnType(call.Method);
        var asTask = call.Type == typeof(ValueTask) || (call.Type.IsGenericType && call.Type.GetGenericTypeDefinition() == typeof(ValueTask<>))
            ? Expression.Call(call, nameof(ValueTask.AsTask), null)
            : (Expression)call;
        if (result == typeof(void))
        {
            return Expression.Call(typeof(FunctionCall), nameof(AwaitAsync), null, asTask);
        }

        var value = Expression.Parameter(result);
        var part = HttpResultOf(result) is { } property ? Expression.Property(value, property) : (Expression)value;
        var select = Expression.Lambda(Expression.Convert(part, typeof(object)), value);
        return call.Type == result
            ? Expression.New(typeof(ValueTask<object?>).GetConstructor([typeof(object)])!, Expression.Invoke(select, call))
            : Expression.Call(typeof(FunctionCall), nameof(AwaitAsync), [result], asTask, select);
    }

    private static async ValueTask<object?> AwaitAsync(Task task)
    {
        await task;
        return null;
    }

    private static async ValueTask<object?> AwaitAsync<T>(Task<T> task, Func<T, object?> select) => select(await task);
}
