using Chat.Functions.Conversations;
using Chat.Functions.Shared;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Channels;

/// <summary>
/// To whoever isn't a member a conversation isn't there (404). A channel's followers know that it is: what they may not do there is
/// refused as not allowed (403), by whatever function.
/// </summary>
internal sealed class AnswerFollowers(ConversationReader reader) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        await next(context);
        if (context.GetInvocationResult() is { Value: ProblemResult { IsConversationNotFound: true } } result
            && context.BindingContext.BindingData.TryGetValue("conversationId", out var given)
            && ConversationId.TryParse(given as string, out var conversation)
            && context.InstanceServices.GetRequiredService<CurrentUser>().IfKnown is { } user
            && await reader.IsFollowerAsync(user, conversation, context.CancellationToken))
        {
            result.Value = Problems.NotAllowed.ToResult();
        }
    }
}
