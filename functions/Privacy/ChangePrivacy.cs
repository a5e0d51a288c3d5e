using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Cosmos;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.Privacy;

/// <summary><c>PATCH /me/privacy</c>: changes the caller's privacy settings; absent fields stay. 200 with the settings.</summary>
public sealed class ChangePrivacy(ChatContainers containers, PrivacyReader privacy, Limits limits, CurrentUser user)
{
    [Function(nameof(ChangePrivacy))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "patch", Route = "me/privacy")] HttpRequest request,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var (receipts, presence) = (
            body.Merge<bool?>("readReceipts", name => body.Bool(name)),
            body.Merge<bool?>("presence", name => body.Bool(name)));
        var (message, add) = (
            body.Merge<Audience?>("whoCanMessage", name => ReadAudience(body, name)),
            body.Merge<Audience?>("whoCanAdd", name => ReadAudience(body, name)));
        body.ThrowIfMalformed();

        var partition = new PartitionKey(user.Id.Value);
        for (var attempt = 0; ; attempt = Contention.Next(attempt))
        {
            var (before, etag) = await containers.Users.ReadDocumentAsync(
                PrivacySettings.DocumentId,
                partition,
                ChatJson.Default.PrivacySettings,
                cancellationToken: cancellationToken);
            var after = before ?? new PrivacySettings { UserId = user.Id };
            after = after with
            {
                // Null restores the default.
                ReadReceipts = receipts.IsGiven ? receipts.Value ?? true : after.ReadReceipts,
                Presence = presence.IsGiven ? presence.Value ?? true : after.Presence,
                WhoCanMessage = message.Or(after.WhoCanMessage),
                WhoCanAdd = add.Or(after.WhoCanAdd),
                Version = after.Version + 1,
            };

            // Write even if nothing seems to change: the replica that was read may lag.
            if (await containers.Users.TryWriteDocumentAsync(
                after,
                PrivacySettings.DocumentId,
                partition,
                etag,
                ChatJson.Default.PrivacySettings,
                cancellationToken))
            {
                privacy.Changed(after);
                return new JsonResult<PrivacyView>(StatusCodes.Status200OK, PrivacyView.Of(after), ChatJson.Default.PrivacyView);
            }
        }
    }

    private static Audience ReadAudience(RequestBody body, string name) =>
        body.OneOf(name, "everyone", "friends", "following", "noOne") switch
        {
            "friends" => Audience.Friends,
            "following" => Audience.Following,
            "noOne" => Audience.NoOne,
            _ => Audience.Everyone,
        };
}
