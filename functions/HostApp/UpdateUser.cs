using Chat.Functions.People;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Chat.Functions.HostApp;

/// <summary>
/// <c>PUT /host/users/{u}</c>: the host app says who a user is; 204. What isn't newer than what is known changes nothing, and is 204,
/// too; 409 once they were erased. Needs the role <c>chat.host</c>.
/// </summary>
public sealed class UpdateUser(PersonStore people, NamesPush names, Limits limits)
{
    /// <summary>In Unicode scalar values. A region is a code, such as <c>DE</c> or <c>US-CA</c>.</summary>
    private const int MaxRegion = 16;

    [Function(nameof(UpdateUser))]
    public async Task<IResult> RunAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "host/users/{userId}")] HttpRequest request,
        UserId userId,
        CancellationToken cancellationToken)
    {
        using var body = await RequestBody.ReadAsync(request, limits.RequestBody, cancellationToken);
        var said = new Person
        {
            UserId = userId,
            AgeBand = AgeBands.GetValueOrDefault(body.OneOf("ageBand", "u16", "16-17", "18+", "unknown")),
            State = body.OneOf("state", "active", "suspended") == "suspended" ? PersonState.Suspended : PersonState.Active,
            IsNew = body.Flag("isNew"),
            Region = body.Has("region") ? body.Text("region", MaxRegion) : null,
            DisplayName = body.Has("displayName") ? body.Text("displayName", limits.DisplayName) : null,
            AvatarUrl = body.Has("avatarUrl") ? body.WebAddress("avatarUrl", limits.AvatarUrl) : null,
            Version = body.Seq("version", 1),
        };
        body.ThrowIfMalformed();
        if (userId == UserId.None)
        {
            return Problems.NotAUser.ToResult();
        }

        var (before, after) = await people.ChangeAsync(
            userId,
            known => said.Version > known.Version && known.State != PersonState.Erased ? said : known,
            cancellationToken);
        if (after.State == PersonState.Erased)
        {
            return Problems.UserErased.ToResult();
        }

        await names.PushAsync(before, after, cancellationToken);
        return Results.NoContent();
    }

    private static Dictionary<string, AgeBand> AgeBands { get; } = new(StringComparer.Ordinal)
    {
        ["u16"] = AgeBand.Under16,
        ["16-17"] = AgeBand.From16To17,
        ["18+"] = AgeBand.Adult,
        ["unknown"] = AgeBand.Unknown,
    };
}
