namespace Chat.Local.Blobs.Authorization;

/// <summary>What a caller may do.</summary>
/// <param name="Permissions">The letters of a shared access signature; null of the account's owner, who may do everything.</param>
internal sealed record Grant(string? Permissions)
{
    public static Grant Owner { get; } = new((string?)null);

    /// <summary>Who has shown a token of Entra ID; null of anybody else.</summary>
    public Principal? Principal { get; init; }

    public bool IsOwner => Permissions is null;

    /// <summary>Whether one of the letters is granted.</summary>
    public bool Allows(string anyOf) => Permissions is null || Permissions.AsSpan().ContainsAny(anyOf);
}

/// <summary>Somebody whom Entra ID knows, by object and tenant.</summary>
internal sealed record Principal(string ObjectId, string TenantId);
