using System.Text.Json.Serialization;
using Chat.Functions.Messages;
using Chat.Functions.People;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Cards;

/// <summary>
/// <c>POST /cards/unfurl</c>: what the caller may see now of cards in messages that they see; 200 with one for each, in order. Who may see
/// a message is looked at anew each time.
/// </summary>
/// <remarks>
/// Apart from reading messages: no page waits for the host app, and pushes, which are the same for all members, can't differ by viewer.
/// </remarks>
public sealed class UnfurlCards(
    SeenMessages messages,
    PersonStore people,
    HostUnfurl host,
    RevokedContent revoked,
    Limits limits,
    TimeProvider time,
    CurrentUser user)
{
    [Function(nameof(UnfurlCards))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "cards/unfurl")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        List<Wanted> wanted =
        [
            .. body.Objects("items", 1, limits.UnfurledCards).Select(item => new Wanted(
                item.ConversationId("conversationId"),
                item.MessageId("messageId"),
                item.Seq("index", 0))),
        ];
        body.ThrowIfMalformed();

        var seen = await messages.FindAsync(
            user.Id,
            wanted.Select(one => (one.ConversationId, one.MessageId)),
            Session.Of(request),
            cancellationToken);
        var now = time.GetUtcNow();
        var sent = wanted.Select(one => CardOf(one, seen[(one.ConversationId, one.MessageId)])?.At(now)).ToList();
        sent = await WithoutRevokedAsync(sent, cancellationToken);
        var shown = new Queue<Card>(await UnfurlAsync([.. sent.OfType<Card>().Where(card => card.Gone is null)], cancellationToken));
        return new JsonResult<CardList>(
            StatusCodes.Status200OK,
            new([.. wanted.Zip(sent, (one, card) => new CardView(one.MessageId, one.Index)
            {
                Card = card is { Gone: null } ? shown.Dequeue() : card,
                Code = card is not null ? null : (seen[(one.ConversationId, one.MessageId)].Refusal ?? Problems.CardNotFound).Code,
            })]),
            ChatJson.Default.CardList);
    }

    private static Card? CardOf(Wanted wanted, SeenMessage seen) =>
        seen.Message?.Cards is { } cards && wanted.Index < cards.Count ? cards[(int)wanted.Index] : null;

    /// <summary>What was taken down shows nothing from then on, however many messages it is yet to be taken out of.</summary>
    private async Task<List<Card?>> WithoutRevokedAsync(List<Card?> cards, CancellationToken cancellationToken)
    {
        var shown = cards.OfType<Card>().Where(card => card.Gone is null).Select(card => card.Key).ToList();
        var gone = shown.Count == 0 ? null : await revoked.AmongAsync(shown, cancellationToken);
        return [.. cards.Select(card => card is not null && gone?.Contains(card.Key) == true ? card.Without(Card.Revoked) : card)];
    }

    private async Task<IReadOnlyList<Card>> UnfurlAsync(IReadOnlyList<Card> cards, CancellationToken cancellationToken)
    {
        if (!host.IsOn || cards.Count == 0)
        {
            return cards;
        }

        var viewer = await people.OfAsync([user.Id], cancellationToken) is [var known, ..] ? known : null;
        return await host.UnfurlAsync(new(viewer?.AgeBand ?? default) { Region = viewer?.Region }, cards, cancellationToken);
    }

    private sealed record Wanted(ConversationId ConversationId, MessageId MessageId, long Index);
}

/// <summary>Cards, in the order that they were asked for.</summary>
internal sealed record CardList(IReadOnlyList<CardView> Items);

/// <summary>A card as the caller may see it, or why there is none.</summary>
/// <param name="Index">Its place in the message, from 0.</param>
internal sealed record CardView(MessageId MessageId, long Index)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Card? Card { get; init; }

    /// <summary>The code of the refusal; absent where there is a card.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Code { get; init; }
}
