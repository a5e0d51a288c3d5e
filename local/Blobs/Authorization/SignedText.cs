namespace Chat.Local.Blobs.Authorization;

/// <summary>The text that a shared access signature signs: fields of its query, by its version, one a line.</summary>
internal static class SignedText
{
    private const string First = "2018-11-09";
    private const string WithCorrelation = "2020-02-10";
    private const string WithEncryptionScope = "2020-12-06";
    private const string WithDelegatedUser = "2025-07-05";
    private const string WithRequest = "2026-04-06";

    /// <summary>The versions of the service since the first whose signatures are served.</summary>
    private static readonly string[] Versions =
    [
        First, "2019-02-02", "2019-07-07", "2019-10-10", "2019-12-12", WithCorrelation, "2020-04-08", "2020-06-12", "2020-08-04",
        "2020-10-02", WithEncryptionScope, "2021-02-12", "2021-04-10", "2021-06-08", "2021-08-06", "2021-10-04", "2021-12-02", "2022-11-02",
        "2023-01-03", "2023-05-03", "2023-08-03", "2023-11-03", "2024-02-04", "2024-05-04", "2024-08-04", "2024-11-04", "2025-01-05",
        "2025-05-05", WithDelegatedUser, "2025-11-05", "2026-02-06", WithRequest, "2026-06-06", "2026-10-06",
    ];

    /// <summary>Whether it is a version of the service that is served.</summary>
    public static bool Knows(string version) => Versions.Contains(version, StringComparer.Ordinal);

    /// <param name="field">A field of the query, unescaped; null where it isn't there.</param>
    /// <param name="path">What is signed for: <c>/blob/account/container[/blob]</c>.</param>
    /// <param name="isDelegated">Whether a user delegation key signs, and not the account key.</param>
    public static string Of(Func<string, string?> field, string version, string path, bool isDelegated)
    {
        string[] names =
        [
            .. isDelegated ? Delegated(version) : (string[])["si"],
            "sip", "spr", "sv", "sr", "snapshot",
            .. Since(version, WithEncryptionScope, "ses"),
            .. isDelegated ? Since(version, WithRequest, "srh", "srq") : [],
            "rscc", "rscd", "rsce", "rscl", "rsct",
        ];
        return string.Join('\n', [field("sp"), field("st"), field("se"), path, .. names.Select(field)]);
    }

    private static string[] Delegated(string version) =>
    [
        "skoid", "sktid", "skt", "ske", "sks", "skv",
        .. Since(version, WithCorrelation, "saoid", "suoid", "scid"),
        .. Since(version, WithDelegatedUser, "skdutid", "sduoid"),
    ];

    private static string[] Since(string version, string first, params string[] names) =>
        string.CompareOrdinal(version, first) >= 0 ? names : [];
}
