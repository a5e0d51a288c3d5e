using System.Collections.Frozen;
using System.Reflection;
using Chat.Functions.Cards;
using Chat.Functions.Comments;
using Chat.Functions.Decisions;
using Chat.Functions.Media;
using Chat.Functions.Realtime;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Standings;

/// <summary>Refuses what a caller's standing keeps them from, before anything is read for them.</summary>
/// <remarks>
/// Erased: everything. Banned: everything but <c>GET /me/*</c> and appeals, which are no use to those who can't make them. Suspended:
/// whatever isn't a <c>GET</c>, but asking for addresses of files and for cards, connecting, signing out and appeals.
/// </remarks>
internal sealed class EnforceStandings(StandingList standings) : IFunctionsWorkerMiddleware
{
    private static readonly FrozenSet<string> OfOneself = FindOfOneself().ToFrozenSet(StringComparer.Ordinal);

    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        // The host app is no user: one of the same name may be banned.
        if (context.GetHttpContext() is { } http
            && context.InstanceServices.GetRequiredService<CurrentUser>() is { IsHost: false, IfKnown: { } user })
        {
            var refusal = await standings.IsReadAsync()
                ? Refusal(standings.Of(user), context.FunctionDefinition.Name, http.Request.Method)
                : Problems.Unavailable;
            if (refusal is not null)
            {
                context.GetInvocationResult().Value = refusal.ToResult();
                return;
            }
        }

        await next(context);
    }

    /// <summary>The refusal of a call; null if it is let through.</summary>
    internal static Problem? Refusal(Standing standing, string function, string method) => standing switch
    {
        Standing.Erased => Problems.AccountErased,
        _ when function == nameof(AppealDecision) => null,
        Standing.Banned when !OfOneself.Contains(function) => Problems.Banned,
        Standing.Suspended when !IsReading(function, method) => Problems.Suspended,
        _ => null,
    };

    private static bool IsReading(string function, string method) =>
        HttpMethods.IsGet(method)
        || HttpMethods.IsHead(method)
        || function is nameof(Negotiate) or nameof(SignOut) or nameof(GetMediaUrls) or nameof(UnfurlCards)
            or nameof(OpenComments);

    // Reflection runs once, and can't miss a new function.
    private static IEnumerable<string> FindOfOneself() =>
        from type in typeof(EnforceStandings).Assembly.GetTypes()
        from method in type.GetMethods()
        let function = method.GetCustomAttribute<FunctionAttribute>()
        where function is not null
        from parameter in method.GetParameters()
        let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
        where trigger?.Route?.StartsWith("me/", StringComparison.Ordinal) == true
            && trigger.Methods?.SequenceEqual(["get"], StringComparer.OrdinalIgnoreCase) == true
        select function.Name;
}
