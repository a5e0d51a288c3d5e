using Chat.Functions.Shared;

namespace Chat.Functions.Cards;

/// <summary>Decides whether cards may be sent now: by the settings, and by what the host app took down.</summary>
public sealed class CardPolicy(CardOptions options, RevokedContent revoked)
{
    private readonly HashSet<string> _types = new(options.Types.Split(','), StringComparer.Ordinal);

    /// <summary>The refusal; null if they may be sent. Costs a request unit a card.</summary>
    public async Task<Problem?> RefusalAsync(IReadOnlyList<Card> cards, CancellationToken cancellationToken)
    {
        List<Fault> faults = [.. cards.Index().SelectMany(one => Faults(one.Index, one.Item))];
        return faults.Count > 0 ? Problems.Malformed(faults)
            : (await revoked.AmongAsync(cards.Select(card => card.Key), cancellationToken)).Count > 0 ? Problems.ContentRevoked
            : null;
    }

    private IEnumerable<Fault> Faults(int index, Card card)
    {
        if (!_types.Contains(card.Type))
        {
            yield return new($"/cards/{index}/type", "not_allowed", $"Must be one of: {options.Types}.");
        }

        if (card.ThumbnailUrl is { } address && !options.AllowsThumbnail(address))
        {
            yield return new($"/cards/{index}/thumbnailUrl", "not_allowed", $"Must be at one of: {options.ThumbnailHosts}.");
        }
    }
}
