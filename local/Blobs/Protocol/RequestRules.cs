using Chat.Local.Blobs.Authorization;
using Chat.Local.Inspector;

namespace Chat.Local.Blobs.Protocol;

/// <summary>Refuses what a request asks for by the way and this account doesn't do.</summary>
internal static class RequestRules
{
    private static readonly string[] Headers =
    [
        "x-ms-lease-id", "x-ms-source-lease-id", "x-ms-tags", "x-ms-if-tags", "x-ms-source-if-tags", "x-ms-encryption-key",
        "x-ms-encryption-scope", "x-ms-default-encryption-scope", "x-ms-access-tier", "x-ms-rehydrate-priority", "x-ms-structured-body",
        "x-ms-immutability-policy-until-date", "x-ms-legal-hold", "x-ms-seal-blob", "x-ms-copy-source-authorization",
        "x-ms-source-content-md5", "x-ms-blob-condition-maxsize",
    ];

    private static readonly string[] Parameters = ["snapshot", "versionid", "prevsnapshot", "deletetype"];

    public static void Check(BlobRequest request)
    {
        if ((request.Header("x-ms-version") ?? request.Parameter("api-version")) is { } version && !SignedText.Knows(version))
        {
            throw Refusals.InvalidHeader("x-ms-version", version);
        }

        if (Array.Find(Headers, header => request.Header(header) is not null) is { } header)
        {
            throw Refusals.NotServed($"The header {header}");
        }

        if (Array.Find(Parameters, name => request.Parameter(name) is not null) is { } parameter)
        {
            throw Refusals.NotServed($"The parameter {parameter}");
        }
    }

    /// <summary>
    /// The account's key is public: a website could let a name of its own point here and sign requests of its own origin.
    /// </summary>
    public static void CheckAddress(BlobRequest request)
    {
        if (request.Account != BlobService.AccountName
            || !LocalRoutes.IsThisMachine(request.Host[..(request.Host.LastIndexOf(':') is var port and > 0 ? port : request.Host.Length)]))
        {
            throw Refusals.InvalidUri();
        }
    }
}
