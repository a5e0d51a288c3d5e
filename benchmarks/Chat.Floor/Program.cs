using System.Text.Json.Serialization.Metadata;
using Chat.Floor;
using Microsoft.AspNetCore.SignalR;

if (args is not [var directory])
{
    await Console.Error.WriteLineAsync("Usage: Chat.Floor DIRECTORY");
    return 2;
}

using var store = new MessageStore(Path.Combine(directory, "floor.db"));
var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls("http://127.0.0.1:0");
builder.Services.AddRoutingCore();
builder.Services.AddSignalR().AddJsonProtocol(json => json.PayloadSerializerOptions.TypeInfoResolver =
    JsonTypeInfoResolver.Combine(FloorJson.Default, new DefaultJsonTypeInfoResolver()));
var app = builder.Build();
var hub = app.Services.GetRequiredService<IHubContext<FloorHub>>();

app.MapHub<FloorHub>("/hub");
app.MapPost("/conversations/{conversation}/messages", async context =>
{
    var conversation = (string)context.GetRouteValue("conversation")!;
    var draft = await context.Request.ReadFromJsonAsync(FloorJson.Default.Draft, context.RequestAborted);
    var message = await store.AddAsync(conversation, draft!);
    await hub.Clients.Group(conversation).SendAsync("message", message);
    context.Response.StatusCode = StatusCodes.Status201Created;
    await context.Response.WriteAsJsonAsync(message, FloorJson.Default.Message);
});
app.MapGet("/conversations/{conversation}/messages", context =>
{
    var before = context.Request.Query["before"] is [{ } text]
        ? long.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
        : long.MaxValue;
    return context.Response.WriteAsJsonAsync(
        store.Page((string)context.GetRouteValue("conversation")!, before),
        FloorJson.Default.ListMessage);
});

await app.StartAsync();
Console.WriteLine($"Listening {app.Urls.Single()}");
await app.WaitForShutdownAsync();
return 0;
