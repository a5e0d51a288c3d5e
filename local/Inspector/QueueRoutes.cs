using System.Globalization;
using Azure.Messaging.ServiceBus;
using Chat.Local.ServiceBus;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Chat.Local.Inspector;

/// <summary>The queues, their messages by state, and what an operator does with dead letters.</summary>
/// <remarks>A list shows properties only; a message's body is read by itself.</remarks>
internal sealed class QueueRoutes(ServiceBusNamespace bus)
{
    private const int PageSize = 100;

    private static readonly Dictionary<string, MessageKind> Kinds = new(StringComparer.Ordinal)
    {
        ["active"] = MessageKind.Active,
        ["scheduled"] = MessageKind.Scheduled,
        ["deferred"] = MessageKind.Deferred,
        ["in-flight"] = MessageKind.InFlight,
        ["dead-lettered"] = MessageKind.DeadLettered,
    };

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Letters = "local/api/queues/{queue}/dead-lettered";
        routes.MapRead("local/api/queues", _ => Results.Json(bus.Queues.Select(queue => new { queue.Name, Counts = queue.Count() })));
        routes.MapRead("local/api/queues/{queue}/{kind}", ListAsync);
        routes.MapRead("local/api/queues/{queue}/{kind}/{number:long}", http => ReadAsync(http, MessageView.Of));
        routes.MapRead("local/api/queues/{queue}/{kind}/{number:long}/body", http => ReadAsync(http, message => BodyView.Of(message.Body)));
        routes.MapChange(
            HttpMethods.Post,
            Letters + "/resubmit",
            http => ForAllAsync(http, async (queue, letter) => await queue.ResubmitAsync(letter) is not null));
        routes.MapChange(
            HttpMethods.Delete,
            Letters,
            http => ForAllAsync(http, (queue, letter) => queue.DiscardAsync(SubQueue.DeadLetter, letter)));
        routes.MapChange(HttpMethods.Post, Letters + "/{number:long}/resubmit", ResubmitAsync);
        routes.MapChange(HttpMethods.Delete, Letters + "/{number:long}", DiscardAsync);
    }

    private async Task<IResult> ListAsync(HttpContext http) =>
        Queue(http) is { } queue && Kind(http) is { } kind
            ? Results.Json((await queue.ShowAsync(kind, From(http), PageSize)).Select(MessageView.Of))
            : Results.NotFound();

    private async Task<IResult> ReadAsync<T>(HttpContext http, Func<ServiceBusReceivedMessage, T> view)
    {
        var number = Number(http);
        return Queue(http) is { } queue
            && Kind(http) is { } kind
            && await queue.ShowAsync(kind, number, 1) is [var message]
            && message.SequenceNumber == number
            ? Results.Json(view(message))
            : Results.NotFound();
    }

    private async Task<IResult> ResubmitAsync(HttpContext http) =>
        Queue(http) is { } queue && await queue.ResubmitAsync(Number(http)) is { } messageId
            ? Results.Json(new { messageId })
            : LocalRoutes.Refuse(StatusCodes.Status404NotFound, "message_not_found", "It isn't there any more, or somebody has it locked.");

    private async Task<IResult> DiscardAsync(HttpContext http) =>
        Queue(http) is { } queue && await queue.DiscardAsync(SubQueue.DeadLetter, Number(http))
            ? Results.NoContent()
            : LocalRoutes.Refuse(StatusCodes.Status404NotFound, "message_not_found", "It isn't there any more, or somebody has it locked.");

    /// <summary>Does something to the dead letters that are there now; one that comes back meanwhile is left alone.</summary>
    private async Task<IResult> ForAllAsync(HttpContext http, Func<ServiceBusQueue, long, ValueTask<bool>> change)
    {
        if (Queue(http) is not { } queue)
        {
            return Results.NotFound();
        }

        var changed = 0;
        foreach (var letter in await queue.ShowAsync(MessageKind.DeadLettered, 0, int.MaxValue))
        {
            changed += await change(queue, letter.SequenceNumber) ? 1 : 0;
        }

        return Results.Json(new { changed });
    }

    private ServiceBusQueue? Queue(HttpContext http) => bus.Find((string)http.Request.RouteValues["queue"]!);

    private static MessageKind? Kind(HttpContext http) =>
        Kinds.TryGetValue((string)http.Request.RouteValues["kind"]!, out var kind) ? kind : null;

    private static long Number(HttpContext http) => long.Parse((string)http.Request.RouteValues["number"]!, CultureInfo.InvariantCulture);

    /// <summary>The least sequence number of a page.</summary>
    private static long From(HttpContext http) =>
        long.TryParse(http.Request.Query["from"], CultureInfo.InvariantCulture, out var from) ? from : 0;
}
