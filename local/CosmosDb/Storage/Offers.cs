using System.Collections.Concurrent;
using System.Text.Json;
using Chat.Local.CosmosDb.Protocol;
using Chat.Local.CosmosDb.Resources;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Storage;

/// <summary>The throughput of databases and containers. What has no offer has no limit.</summary>
/// <remarks>The catalog changes it under its own lock.</remarks>
internal sealed class Offers
{
    private const string Space = "cosmos offers";

    private readonly ConcurrentDictionary<string, Offer> _offers = new(StringComparer.Ordinal);
    private readonly LocalStore _store;
    private readonly TimeProvider _time;

    public Offers(LocalStore store, TimeProvider time)
    {
        _store = store;
        _time = time;
        foreach (var record in store.TakeLoaded(Space))
        {
            using var json = JsonDocument.Parse(record.Value);
            var offer = Offer.Read(record.Id, json.RootElement, time);
            _offers[offer.Target] = offer;
        }
    }

    public IEnumerable<Offer> All => _offers.Values.OrderBy(offer => offer.Place);

    /// <summary>An offer by its own resource id.</summary>
    public Offer Get(string resourceId) =>
        _offers.Values.FirstOrDefault(offer => offer.ResourceId == resourceId)
        ?? throw new RefusedException(404, "Resource Not Found. There is no such offer.");

    /// <summary>The limit of a container: its own, or the one that it shares with the others of its database.</summary>
    public Throughput? LimitOf(string container, string database) =>
        (_offers.GetValueOrDefault(container) ?? _offers.GetValueOrDefault(database))?.Limit;

    /// <summary>Gives throughput to what is being created, and returns what to put into the store with it.</summary>
    public IEnumerable<Write> Add(string target, string targetPath, OfferedThroughput? throughput)
    {
        if (throughput is null)
        {
            return [];
        }

        var place = _offers.Values.Select(offer => offer.Place).DefaultIfEmpty().Max() + 1;
        var limit = new Throughput(throughput.UnitsPerSecond, _time);
        var offer = new Offer(_store.NewId(), place, target, targetPath, throughput, limit, ResourceStamp.New(_time));
        _offers[target] = offer;
        return [Stored(offer)];
    }

    /// <summary>What to delete from the store with what had an offer.</summary>
    public IEnumerable<Write> Remove(string target) => _offers.TryRemove(target, out var offer) ? [Write.Delete(offer.Number)] : [];

    /// <summary>Replaces the throughput of an offer, which limits from now on, and returns the store position to wait for.</summary>
    public (Offer Offer, long Position) Replace(string resourceId, OfferedThroughput throughput, string? ifMatch)
    {
        var offer = Get(resourceId);
        offer.Stamp.Check(ifMatch);
        if (throughput.IsAutoscale != offer.Throughput.IsAutoscale)
        {
            throw ContainerRules.Unsupported("going from manual throughput to autoscale or back");
        }

        var replaced = offer with { Throughput = throughput.Checked(), Stamp = ResourceStamp.New(_time) };
        offer.Limit.UnitsPerSecond = throughput.UnitsPerSecond;
        _offers[offer.Target] = replaced;
        return (replaced, _store.Put([Stored(replaced)]));
    }

    private static Write Stored(Offer offer)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            offer.WriteStoredTo(json);
            json.WriteEndObject();
        }

        return Write.Put(new Record(offer.Number, Space, offer.Target, buffer.ToArray()));
    }
}
