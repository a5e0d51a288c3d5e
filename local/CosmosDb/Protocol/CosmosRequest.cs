namespace Chat.Local.CosmosDb.Protocol;

/// <summary>A request, whatever it came over.</summary>
/// <param name="Header">The value of a header, or null.</param>
/// <param name="Authority">Scheme, host and port by which the caller knows the account.</param>
internal sealed record CosmosRequest(string Method, string Path, Func<string, string?> Header, ReadOnlyMemory<byte> Body, string Authority)
{
    /// <summary>Whether every condition (ETag, patch condition) counts as failed: <see cref="FaultKind.FalsePrecondition"/>.</summary>
    public bool RefuseConditions { get; init; }

    public bool WantsNoContent => Header("Prefer") == "return=minimal";

    public bool Is(string header) => string.Equals(Header(header), "true", StringComparison.OrdinalIgnoreCase);
}
