using Chat.Functions.Health;
using Chat.Functions.Presence;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Users;

/// <summary>Lets no HTTP call through without a valid bearer token, but for health; the functions find the caller in <see cref="CurrentUser"/>.</summary>
/// <remarks>Nor one whose address ends with a slash, which routing would overlook.</remarks>
public sealed class Authenticate(TokenValidator tokens, LastSeen lastSeen) : IFunctionsWorkerMiddleware
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

            // Clients make '…/' of '…/members/..': without this it would be the address of the conversation, and DELETE would delete it.
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
