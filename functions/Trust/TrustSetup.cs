using Chat.Functions.Blocks;
using Chat.Functions.Hooks;
using Chat.Functions.Locations;
using Chat.Functions.Messages;
using Chat.Functions.Mutes;
using Chat.Functions.People;
using Chat.Functions.Requests;
using Chat.Functions.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Trust;

/// <summary>Registers people, blocks, requests and who may reach whom.</summary>
internal static class TrustSetup
{
    public static IServiceCollection AddTrust(this IServiceCollection services, IConfiguration configuration) =>
        services
            .AddSingleton(configuration.GetValidated<TrustOptions>("Trust"))
            .AddSingleton<PersonStore>()
            .AddSingleton<RelationshipStore>()
            .AddHostAddress<RelationshipPull>(configuration, "Host:Relationship")
            .AddSingleton<RelationshipPull>()
            .AddSingleton<AcquaintedUsers>()
            .AddSingleton<NamesPush>()
            .AddSingleton<ContactPolicy>()
            .AddSingleton<LocationPolicy>()
            .AddSingleton<RequestNoteStore>()
            .AddSingleton<ContactRequests>()
            .AddSingleton<RequestAnswers>()
            .AddSingleton<HiddenWordsStore>()
            .AddSingleton<Invitations>()
            .AddSingleton<MessageSender>()
            .AddSingleton<BlockStore>()
            .AddSingleton<BlockReader>()
            .AddSingleton<Blocking>()
            .AddSingleton<Muting>();
}
