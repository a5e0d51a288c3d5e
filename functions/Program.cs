using Chat.Functions.Cards;
using Chat.Functions.Channels;
using Chat.Functions.Comments;
using Chat.Functions.Content;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Erasure;
using Chat.Functions.Gifs;
using Chat.Functions.Health;
using Chat.Functions.Hooks;
using Chat.Functions.Media;
using Chat.Functions.Moderation;
using Chat.Functions.Presence;
using Chat.Functions.Previews;
using Chat.Functions.RateLimits;
using Chat.Functions.Realtime;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Chat.Functions.Sync;
using Chat.Functions.Telemetry;
using Chat.Functions.Trust;
using Chat.Functions.Users;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);

builder.Logging.AddLogLevels();
builder.UseMiddleware<ShowFailures>();
builder.UseMiddleware<DropResults>();
builder.ConfigureFunctionsWebApplication();
builder.UseMiddleware<WarmUp>();
builder.UseMiddleware<InvocationStart>();
builder.UseMiddleware<TraceCalls>();
builder.UseMiddleware<AnswerFailures>();
builder.UseMiddleware<Authenticate>();
builder.UseMiddleware<EnforceStandings>();
builder.UseMiddleware<LimitRates>();
builder.UseMiddleware<AnswerFollowers>();

builder.Services
    .AddShared(builder.Configuration)
    .AddUsers(builder.Configuration, builder.Environment)
    .AddTrust(builder.Configuration)
    .AddConversations()
    .AddChannels()
    .AddResponses()
    .AddComments()
    .AddDelivery(builder.Configuration)
    .AddRealtime()
    .AddPresence()
    .AddRateLimits()
    .AddContent()
    .AddHooks(builder.Configuration)
    .AddModeration()
    .AddErasure(builder.Configuration)
    .AddCards(builder.Configuration)
    .AddGifs(builder.Configuration)
    .AddMedia(builder.Configuration)
    .AddPreviews(builder.Configuration)
    .AddSync(builder.Configuration)
    .AddHealth()
    .AddTelemetry(builder.Configuration)
    .AddFailureLogging();

await builder.Build().RunAsync();
