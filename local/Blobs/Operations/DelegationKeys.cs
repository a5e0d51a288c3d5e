using System.Globalization;
using System.Xml.Linq;
using Chat.Local.Blobs.Authorization;
using Chat.Local.Blobs.Protocol;

namespace Chat.Local.Blobs.Operations;

/// <summary>Get User Delegation Key: https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key.</summary>
internal sealed class DelegationKeys(TimeProvider time)
{
    private const string Format = "yyyy-MM-ddTHH:mm:ssZ";

    public async ValueTask<BlobAnswer> GetAsync(BlobRequest request, Grant grant, CancellationToken cancellationToken)
    {
        var principal = grant.Principal ?? throw Refusals.NotAuthenticated("Only authentication scheme Bearer is supported.");
        var given = await XmlText.ReadAsync(request, "KeyInfo", cancellationToken);
        if (given.Element("DelegatedUserTid") is not null)
        {
            throw Refusals.NotServed("A key for a user of another tenant");
        }

        var now = time.GetUtcNow();
        var start = given.Element("Start") is { Value: { Length: > 0 } text } ? Time(text, "Start") : now;
        var end = Time(given.Element("Expiry")?.Value, "Expiry");
        if (end <= now || end <= start || end - now > UserDelegationKeys.Longest)
        {
            throw Refusals.InvalidXmlValue("Expiry");
        }

        var (from, to) = (start.ToString(Format, CultureInfo.InvariantCulture), end.ToString(Format, CultureInfo.InvariantCulture));
        var version = request.Version!;
        return BlobAnswer.Xml(200, new XElement(
            "UserDelegationKey",
            new XElement("SignedOid", principal.ObjectId),
            new XElement("SignedTid", principal.TenantId),
            new XElement("SignedStart", from),
            new XElement("SignedExpiry", to),
            new XElement("SignedService", "b"),
            new XElement("SignedVersion", version),
            new XElement("Value", Convert.ToBase64String(UserDelegationKeys.Find(principal, from, to, version)))));
    }

    private static DateTimeOffset Time(string? text, string name) =>
        SharedAccessSignature.ParseTime(text) ?? throw Refusals.InvalidXmlValue(name);
}
