using Chat.Functions.Health;
using Chat.Functions.Presence;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Users;

/// <summary>
/// Requires a valid bearer token of every HTTP call except health checks, and puts the caller into <see cref="CurrentUser"/>.
/// </summary>
/// <remarks>It also refuses paths with a trailing slash, which routing would ignore.</remarks>
internal sealed class Authenticate(TokenValidator tokens, LastSeen lastSeen) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (context.GetHttpContext() is { } http && context.FunctionDefinition.Name is not (nameof(GetHealth) or nameof(GetReadiness)))
        {
            var (token, refusal) = await tokens.CheckAsync(http.Request.Headers.Authorization);
            if (refusal is not null)
            {
                context.GetInvocationResult().Value = refusal.ToResult();
                return;
            }

            // HTTP clients turn '…/members/..' into '…/'. Routing would take that as the conversation's own path, and DELETE
            // would delete it.
            if (http.Request.Path.Value is [.., '/'])
            {
                context.GetInvocationResult().Value = Problems.RouteNotFound.ToResult();
                return;
            }

            var caller = context.InstanceServices.GetRequiredService<CurrentUser>();
            (caller.Id, caller.Until) = (token.User, token.Until);
            lastSeen.Stamp(token.User);
        }

        await next(context);
    }
}
