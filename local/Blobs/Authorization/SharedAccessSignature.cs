using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Chat.Local.Blobs.Protocol;

namespace Chat.Local.Blobs.Authorization;

/// <summary>
/// Checks shared access signatures for a container or a blob: those of the account key (service SAS) and those of a user delegation key.
/// </summary>
/// <remarks>
/// https://learn.microsoft.com/rest/api/storageservices/create-service-sas and …/create-user-delegation-sas. Signatures for the whole
/// account, by stored policies, with encryption scopes, and for named users or headers aren't served.
/// </remarks>
internal sealed class SharedAccessSignature(TimeProvider time)
{
    /// <summary>In which order the letters of <c>sp</c> have to stand.</summary>
    private const string Order = "racwdxyltfmeopi";

    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mmZ", "yyyy-MM-ddTHH:mm:ssZ", "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ",
    ];

    private static readonly string[] NotServed =
        ["ss", "srt", "ses", "saoid", "suoid", "scid", "sduoid", "skdutid", "srh", "srq", "sdd", "snapshot", "versionid"];

    public Grant Check(BlobRequest request)
    {
        foreach (var name in NotServed.Where(name => request.Parameter(name) is not null))
        {
            throw Refusals.NotServed($"A shared access signature with {name}");
        }

        var version = Required(request, "sv");
        if (!SignedText.Knows(version))
        {
            throw Refusals.NotAuthenticated("The sv isn't a version that is served.");
        }

        var resource = Required(request, "sr");
        if (resource is not ("b" or "c"))
        {
            throw Refusals.NotServed($"A shared access signature with sr={resource}");
        }

        if (request.Parameter("si") is not null)
        {
            throw Refusals.NotAuthenticated("There is no stored policy of that name.");
        }

        var permissions = Required(request, "sp");
        CheckSignature(request, version, resource);
        CheckOrder(permissions);
        CheckTime("Signature", request.Parameter("st"), Required(request, "se"));
        CheckAddress(request.Parameter("sip"), request.Client);
        CheckProtocol(request.Parameter("spr"), request.IsHttps);
        return new Grant(permissions);
    }

    /// <summary>A time as signatures say it; null if it isn't one.</summary>
    public static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParseExact(
            text,
            TimeFormats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var parsed)
            ? parsed
            : null;

    private static string Required(BlobRequest request, string name) =>
        request.Parameter(name) is { Length: > 0 } value
            ? value
            : throw Refusals.NotAuthenticated($"{name} is mandatory. Cannot be empty");

    private static void CheckOrder(string permissions)
    {
        var last = -1;
        foreach (var letter in permissions)
        {
            var place = Order.IndexOf(letter, StringComparison.Ordinal);
            if (place <= last)
            {
                throw Refusals.NotAuthenticated("sp is malformed: each letter once, in order.");
            }

            last = place;
        }
    }

    private static void CheckAddress(string? allowed, IPAddress client)
    {
        if (allowed is null)
        {
            return;
        }

        var ends = allowed.Split('-');
        var address = NumberOf(client);
        if (!IPAddress.TryParse(ends[0], out var first)
            || !IPAddress.TryParse(ends[^1], out var last)
            || address < NumberOf(first)
            || address > NumberOf(last))
        {
            throw Refusals.SourceAddress(client.MapToIPv4().ToString());
        }
    }

    private static uint NumberOf(IPAddress address) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.MapToIPv4().GetAddressBytes());

    private static void CheckProtocol(string? allowed, bool isHttps)
    {
        if (allowed is not (null or "https" or "https,http"))
        {
            throw Refusals.NotAuthenticated("spr is malformed.");
        }

        if (allowed is "https" && !isHttps)
        {
            throw Refusals.Protocol();
        }
    }

    private void CheckSignature(BlobRequest request, string version, string resource)
    {
        var path = $"/blob/{request.Account}/{request.Container}";
        path = resource == "b" ? $"{path}/{request.Blob}" : path;
        var isDelegated = request.Parameter("skoid") is not null;
        var text = SignedText.Of(request.Parameter, version, path, isDelegated);
        var signature = HMACSHA256.HashData(isDelegated ? DelegationKeyOf(request) : BlobService.Key, Encoding.UTF8.GetBytes(text));
        var given = Encoding.UTF8.GetBytes(request.Parameter("sig")!);
        if (!CryptographicOperations.FixedTimeEquals(given, Encoding.UTF8.GetBytes(Convert.ToBase64String(signature))))
        {
            throw Refusals.NotAuthenticated($"Signature did not match. String to sign used was {XmlText.Of(text)}");
        }
    }

    private byte[] DelegationKeyOf(BlobRequest request)
    {
        var (start, end) = (Required(request, "skt"), Required(request, "ske"));
        if (Required(request, "sks") != "b")
        {
            throw Refusals.NotAuthenticated("The key isn't for blobs.");
        }

        CheckTime("Key", start, end);
        if (ParseTime(end) - ParseTime(start) > UserDelegationKeys.Longest)
        {
            throw Refusals.NotAuthenticated("The key is good for more than 7 days.");
        }

        var principal = new Principal(Required(request, "skoid"), Required(request, "sktid"));
        return UserDelegationKeys.Find(principal, start, end, Required(request, "skv"));
    }

    private void CheckTime(string what, string? start, string end)
    {
        var now = time.GetUtcNow();
        if (ParseTime(end) is not { } until || (start is not null && ParseTime(start) is null))
        {
            throw Refusals.NotAuthenticated($"{what} fields not well formed.");
        }

        if (now >= until || now < ParseTime(start))
        {
            throw Refusals.NotAuthenticated(
                $"{what} not valid in the specified time frame: Start [{start}] - Expiry [{end}] - Current [{now:R}]");
        }
    }
}
