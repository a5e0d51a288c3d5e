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
/// <remarks>
/// Functions of the namespace <c>HostApp</c> need a token with the role <c>chat.host</c>, all others one without; those of the namespace
/// <c>Moderation</c> need the role <c>chat.moderator</c>. What the host app does for a user is that user's call. It also refuses paths
/// with a trailing slash, which routing would ignore.
/// </remarks>
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

            var (actsFor, onBehalfRefusal) = OnBehalf.Read(http.Request.Headers, context.FunctionDefinition.Name, token.IsHost);
            if (onBehalfRefusal is not null)
            {
                context.GetInvocationResult().Value = onBehalfRefusal.ToResult();
                return;
            }

            // The host app's token is no user's, and no user's token is the host app's.
            var isHost = token.IsHost && actsFor is null;
            if ((context.FunctionDefinition.Name != nameof(UnknownRoute) && isHost != IsForHost(context.FunctionDefinition))
                || (IsForModerators(context.FunctionDefinition) && !token.IsModerator))
            {
                context.GetInvocationResult().Value = Problems.NotAllowed.ToResult();
                return;
            }

            var caller = context.InstanceServices.GetRequiredService<CurrentUser>();
            (caller.Id, caller.Until, caller.IsHost) = (actsFor ?? token.User, token.Until, isHost);
            caller.MayCreateChannels = token.IsHost || token.IsPublisher;
            if (!token.IsHost)
            {
                lastSeen.Stamp(token.User);
            }
        }

        await next(context);
    }

    /// <summary>By the namespace, so that no function there can be without the check.</summary>
    private static bool IsForHost(FunctionDefinition function) =>
        function.EntryPoint.StartsWith($"{typeof(HostApp.UpdateUser).Namespace}.", StringComparison.Ordinal);

    private static bool IsForModerators(FunctionDefinition function) =>
        function.EntryPoint.StartsWith($"{typeof(Moderation.ListCases).Namespace}.", StringComparison.Ordinal);
}
