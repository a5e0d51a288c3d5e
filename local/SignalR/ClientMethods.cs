using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.SignalR;

namespace Chat.Local.SignalR;

/// <summary>Implements the interface <typeparamref name="T"/> of client methods: a call sends the method's name and arguments.</summary>
/// <remarks>As in ASP.NET Core: methods return <see cref="Task"/>; a last <see cref="CancellationToken"/> isn't an argument.</remarks>
[SuppressMessage("Performance", "CA1852", Justification = "DispatchProxy derives from it at run time.")]
internal class ClientMethods<T> : DispatchProxy
    where T : class
{
    private static readonly FrozenDictionary<MethodInfo, ClientMethod> Methods = Describe();

    private IClientProxy _clients = null!;

    public static T Over(IClientProxy clients)
    {
        var proxy = Create<T, ClientMethods<T>>();
        ((ClientMethods<T>)(object)proxy)._clients = clients;
        return proxy;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = Methods[targetMethod!];
        args ??= [];
        return method.EndsWithToken
            ? _clients.SendCoreAsync(method.Name, args[..^1], (CancellationToken)args[^1]!)
            : _clients.SendCoreAsync(method.Name, args);
    }

    private static FrozenDictionary<MethodInfo, ClientMethod> Describe() =>
        typeof(T).GetInterfaces().Prepend(typeof(T)).SelectMany(type => type.GetMethods()).ToFrozenDictionary(method => method, method =>
            method.ReturnType == typeof(Task)
                ? new ClientMethod(
                    method.GetCustomAttribute<HubMethodNameAttribute>()?.Name ?? method.Name,
                    method.GetParameters().LastOrDefault()?.ParameterType == typeof(CancellationToken))
                : throw new InvalidOperationException($"'{typeof(T).FullName}.{method.Name}': methods of clients must return '{typeof(Task).FullName}'."));

    private sealed record ClientMethod(string Name, bool EndsWithToken);
}
