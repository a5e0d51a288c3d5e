using Chat.Functions.Shared;

namespace Chat.Functions.Invites;

/// <summary>The body of <c>POST …/invite-links</c>.</summary>
/// <param name="ExpiresAt">When the link expires; null for never.</param>
/// <param name="MaxUses">How many users may join by the link; null for any number.</param>
internal sealed record CreateInviteLinkRequest(DateTimeOffset? ExpiresAt, int? MaxUses)
{
    private const int MostUses = 1_000;

    /// <summary>Reads the body and notes every fault on it.</summary>
    public static CreateInviteLinkRequest Read(RequestBody body, DateTimeOffset now)
    {
        var expiresAt = body.Merge<DateTimeOffset?>("expiresAt", name => body.Instant(name)).Value;
        var maxUses = body.Merge<long?>("maxUses", name => body.Seq(name)).Value;
        if (expiresAt <= now)
        {
            body.Fault("/expiresAt", "out_of_range", "Must be in the future.");
        }

        if (maxUses is < 1 or > MostUses)
        {
            body.Fault("/maxUses", "out_of_range", $"Must be 1 to {MostUses}.");
        }

        return new(expiresAt is { } end ? DateTimeOffset.FromUnixTimeMilliseconds(end.ToUnixTimeMilliseconds()) : null, (int?)maxUses);
    }
}
