using System.Text.Json;
using Chat.Local.CosmosDb;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Chat.Local.Inspector;

/// <summary>The containers, their partitions, the documents of a partition, and one document: read past the meter and the faults.</summary>
/// <remarks>What has expired isn't there. Lists are cut at a page and say how many there are; <c>search</c> narrows them.</remarks>
internal sealed class ContainerRoutes(CosmosService cosmos)
{
    private const int PageSize = 200;

    public void Map(IEndpointRouteBuilder routes)
    {
        const string Path = "local/api/containers/{database}/{container}";
        routes.MapRead("local/api/containers", _ => Results.Json(cosmos.Containers.Select(TryReadContainer).OfType<object>()));
        routes.MapRead(Path + "/partitions", http => UnlessGoneAsync(() => Task.FromResult(ListPartitions(http))));
        routes.MapRead(Path + "/documents", http => UnlessGoneAsync(() => ListDocumentsAsync(http)));
        routes.MapRead(Path + "/document", http => UnlessGoneAsync(() => ReadDocumentAsync(http)));
    }

    /// <summary>The answer, or 404 when the container is deleted meanwhile.</summary>
    private static async Task<IResult> UnlessGoneAsync(Func<Task<IResult>> answerAsync)
    {
        try
        {
            return await answerAsync();
        }
        catch (RefusedException gone) when (gone.Status == StatusCodes.Status404NotFound)
        {
            return Results.NotFound();
        }
    }

    /// <summary>Null when it is deleted meanwhile.</summary>
    private static object? TryReadContainer(Container container)
    {
        try
        {
            return ReadContainer(container);
        }
        catch (RefusedException gone) when (gone.Status == StatusCodes.Status404NotFound)
        {
            return null;
        }
    }

    private static object ReadContainer(Container container)
    {
        var documents = container.Partitions.Select(CountIn).Where(count => count > 0).ToList();
        return new
        {
            Database = container.Record.DatabaseId,
            container.Definition.Id,
            PartitionKey = container.Definition.PartitionKey.GetProperty("paths"),
            container.Definition.DefaultTtl,
            Partitions = documents.Count,
            Documents = documents.Sum(),
        };
    }

    private IResult ListPartitions(HttpContext http)
    {
        if (Find(http) is not { } container)
        {
            return Results.NotFound();
        }

        var found = container.Partitions
            .Select(partition => (partition.Key.Text, Documents: CountIn(partition)))
            .Where(partition => partition.Documents > 0 && Matches(partition.Text, http))
            .ToList();
        return Results.Json(new
        {
            total = found.Count,
            partitions = found.OrderBy(partition => partition.Text, StringComparer.Ordinal)
                .Take(PageSize)
                .Select(partition => new { key = partition.Text, partition.Documents }),
        });
    }

    private async Task<IResult> ListDocumentsAsync(HttpContext http)
    {
        if (FindPartition(http) is not { } partition)
        {
            return Results.NotFound();
        }

        List<Item> found;
        long position;
        lock (partition.Lock)
        {
            found = [.. Living(partition).Where(item => Matches(item.Id, http))];
            position = partition.Position;
        }

        await partition.Container.Store.WhenDurableAsync(position);
        return Results.Json(new
        {
            total = found.Count,
            documents = found.OrderBy(item => item.Id, StringComparer.Ordinal).Take(PageSize).Select(item => new
            {
                item.Id,
                Bytes = item.Body.Length,
                WrittenAt = Time(item.Timestamp),
                ExpiresAt = item.ExpiresAt == long.MaxValue ? (DateTimeOffset?)null : Time(item.ExpiresAt),
            }),
        });
    }

    private async Task<IResult> ReadDocumentAsync(HttpContext http)
    {
        if (FindPartition(http) is not { } partition)
        {
            return Results.NotFound();
        }

        Item? item;
        long position;
        lock (partition.Lock)
        {
            (item, position) = (partition.Stored(http.Request.Query["id"].ToString()), partition.Position);
        }

        await partition.Container.Store.WhenDurableAsync(position);
        return item?.ExpiresAt > partition.Container.Now ? Results.Bytes(item.Body, "application/json") : Results.NotFound();
    }

    private Container? Find(HttpContext http)
    {
        var (database, id) = ((string)http.Request.RouteValues["database"]!, (string)http.Request.RouteValues["container"]!);
        return cosmos.Containers.FirstOrDefault(container => container.Record.DatabaseId == database && container.Definition.Id == id);
    }

    private LogicalPartition? FindPartition(HttpContext http)
    {
        try
        {
            return Find(http)?.Find(http.Request.Query["partition"].ToString());
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool Matches(string text, HttpContext http) =>
        text.Contains(http.Request.Query["search"].ToString(), StringComparison.OrdinalIgnoreCase);

    private static long CountIn(LogicalPartition partition)
    {
        lock (partition.Lock)
        {
            return partition.Count;
        }
    }

    private static IEnumerable<Item> Living(LogicalPartition partition)
    {
        var now = partition.Container.Now;
        return partition.Items.Where(item => item.ExpiresAt > now);
    }

    private static DateTimeOffset Time(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);
}
