using System.Collections.Frozen;
using Chat.Functions.Blocks;
using Chat.Functions.Cards;
using Chat.Functions.Channels;
using Chat.Functions.Collections;
using Chat.Functions.Comments;
using Chat.Functions.Conversations;
using Chat.Functions.Gifs;
using Chat.Functions.Invites;
using Chat.Functions.Media;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Mutes;
using Chat.Functions.People;
using Chat.Functions.Pins;
using Chat.Functions.Polls;
using Chat.Functions.Presence;
using Chat.Functions.Reactions;
using Chat.Functions.Reports;
using Chat.Functions.Requests;
using Chat.Functions.Restrictions;
using Chat.Functions.Scheduled;
using Chat.Functions.Shared;
using Chat.Functions.Streaks;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.RateLimits;

/// <summary>
/// Refuses a call that its caller makes too often: before its body is read and before anything is read for it, so that a flood costs
/// others nothing. Functions that do several things at once count the others themselves.
/// </summary>
internal sealed class LimitRates(RequestRates rates) : IFunctionsWorkerMiddleware
{
    private readonly FrozenDictionary<string, RequestRate> _rates = new Dictionary<string, RequestRate>(StringComparer.Ordinal)
    {
        [nameof(SendMessage)] = rates.Sends,
        [nameof(SendBatch)] = rates.Sends,
        [nameof(ForwardMessage)] = rates.Sends,
        [nameof(EditMessage)] = rates.Sends,
        [nameof(ScheduleMessage)] = rates.Sends,
        [nameof(AddReaction)] = rates.Reactions,
        [nameof(RemoveReaction)] = rates.Reactions,
        [nameof(VoteInPoll)] = rates.Sends,
        [nameof(PinMessage)] = rates.Sends,
        [nameof(UnpinMessage)] = rates.Sends,
        [nameof(UpdateConversation)] = rates.Sends,
        [nameof(ChangeRole)] = rates.Sends,
        [nameof(ChangeOwner)] = rates.Sends,
        [nameof(RemoveMember)] = rates.Sends,
        [nameof(CreateInviteLink)] = rates.Sends,
        [nameof(DeleteInviteLink)] = rates.Sends,
        [nameof(JoinByInvite)] = rates.Sends,
        [nameof(ChangeProfile)] = rates.Sends,
        [nameof(ChangeStreak)] = rates.Sends,
        [nameof(RestoreStreak)] = rates.Sends,
        [nameof(PutCollection)] = rates.Sends,
        [nameof(DeleteCollection)] = rates.Sends,
        [nameof(PlaceCollectionItem)] = rates.Sends,
        [nameof(RemoveCollectionItem)] = rates.Sends,
        [nameof(CreateReport)] = rates.Reports,
        [nameof(BlockUser)] = rates.Sends,
        [nameof(UnblockUser)] = rates.Sends,
        [nameof(MuteUser)] = rates.Sends,
        [nameof(UnmuteUser)] = rates.Sends,
        [nameof(RestrictUser)] = rates.Sends,
        [nameof(UnrestrictUser)] = rates.Sends,
        [nameof(ChangeHiddenWords)] = rates.Sends,
        [nameof(CreateUpload)] = rates.Sends,
        [nameof(CompleteUpload)] = rates.Sends,
        [nameof(GetMediaUrls)] = rates.Lookups,
        [nameof(UnfurlCards)] = rates.Lookups,
        [nameof(Subscribe)] = rates.Sends,
        [nameof(Unsubscribe)] = rates.Sends,
        [nameof(WatchChannel)] = rates.Sends,
        [nameof(OpenComments)] = rates.Sends,
        [nameof(GetPresence)] = rates.Presence,
        [nameof(SearchGifs)] = rates.GifSearches,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        if (_rates.TryGetValue(context.FunctionDefinition.Name, out var rate)
            && rate.Take(context.InstanceServices.GetRequiredService<CurrentUser>().Id) is { } refusal)
        {
            context.GetInvocationResult().Value = refusal.ToResult();
            return Task.CompletedTask;
        }

        return next(context);
    }
}
