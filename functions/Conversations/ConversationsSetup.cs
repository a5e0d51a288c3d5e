using Chat.Functions.Events;
using Chat.Functions.Inbox;
using Chat.Functions.Invites;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Chat.Functions.Streaks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Conversations;

/// <summary>Registers conversations, members, messages, the log and the inbox.</summary>
internal static class ConversationsSetup
{
    public static IServiceCollection AddConversations(this IServiceCollection services) =>
        services
            .AddSingleton(provider => new ConversationLog(
                provider.GetRequiredService<ChatContainers>().Conversations,
                provider.GetRequiredService<EnqueueDelivery>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<ConversationLog>>(),
                provider.GetRequiredService<StandingList>().WriteRefusal))
            .AddSingleton<RemainingMembers>()
            .AddSingleton<ConversationReader>()
            .AddSingleton<ConversationViews>()
            .AddSingleton<MemberReader>()
            .AddSingleton<Departure>()
            .AddSingleton<Exclusion>()
            .AddSingleton<InviteLinkStore>()
            .AddSingleton<JoinRequests>()
            .AddSingleton<ChannelInvites>()
            .AddSingleton<MessageReader>()
            .AddSingleton<SeenMessages>()
            .AddSingleton<MessageViews>()
            .AddSingleton<MessagePages>()
            .AddSingleton<HiddenMessages>()
            .AddSingleton<StreakChanges>()
            .AddSingleton<EventViews>()
            .AddSingleton<MemberWatermarks>()
            .AddSingleton<DirectConversations>()
            .AddSingleton<InboxProjection>()
            .AddSingleton<OwnEntryPush>()
            .AddSingleton<UnreadPush>();
}
