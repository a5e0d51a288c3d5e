using Chat.Functions.People;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>POST /host/relationships</c>: the host app says who follows whom; 204. What isn't newer than what is known changes nothing.
/// After a failure some of it may be known; a repeat completes it. Needs the role <c>chat.host</c>.
/// </summary>
public sealed class UpdateRelationships(RelationshipStore relationships, Limits limits)
{
    private const int MaxParallel = 16;

    [Function(nameof(UpdateRelationships))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "host/relationships")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var all = body.Objects("relationships", 1, limits.Relationships).Select(Read).ToList();
        body.ThrowIfMalformed();

        await Each.TryAsync(all, MaxParallel, relationships.SetAsync, cancellationToken);
        return Results.NoContent();
    }

    private static Following Read(RequestBody item)
    {
        var one = new Following(item.User("from"), item.User("to"), item.Bool("follows"), item.Seq("version", 1));
        if (one.From == one.To && one.From != UserId.None)
        {
            item.Fault("/to", "not_a_pair", "Must be another user.");
        }

        return one;
    }
}
