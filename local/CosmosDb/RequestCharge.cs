namespace Chat.Local.CosmosDb;

/// <summary>What an operation costs, in request units.</summary>
/// <remarks>
/// Reads and writes by size after the published figures (1 KB 1 / 4.95, 2 KB 1.04 / 6.29, 16 KB 1.67 / 9.52; July 2026,
/// https://learn.microsoft.com/azure/cosmos-db/key-value-store-cost), between and beyond them on straight lines. What indexing, replacing
/// and querying add isn't published as a formula: the figures here are what accounts show, to about a fifth.
/// </remarks>
internal static class RequestCharge
{
    private const double IndexTerm = 0.4;
    private const double QueryBase = 2.3;

    public static double Read(int bytes) => Round(1 + (0.0447 * Math.Max(0, Kilobytes(bytes) - 1)));

    public static double Create(int bytes, int indexTerms) => Round(Write(bytes) + (IndexTerm * indexTerms));

    /// <summary>A replace, an upsert of what exists or a patch: the old version is read and its index terms go too.</summary>
    public static double Replace(int bytes, int indexTerms) => Round((Write(bytes) * 1.5) + (IndexTerm * indexTerms));

    public static double Delete(int bytes) => Round(Write(bytes));

    /// <summary>A page of a query: what was loaded counts, whether or not it was in the result.</summary>
    public static double Query(int itemsLoaded, long bytesLoaded) => Round(QueryBase + (0.03 * itemsLoaded) + (0.02 * bytesLoaded / 1024));

    /// <summary>A page of the change feed, by what it returned.</summary>
    public static double ChangeFeed(long bytes) => Round(1 + (0.05 * bytes / 1024));

    private static double Write(int bytes)
    {
        var size = Kilobytes(bytes);
        return size <= 2 ? 4.95 + (1.34 * Math.Max(0, size - 1)) : 6.29 + (0.2307 * (size - 2));
    }

    private static double Kilobytes(int bytes) => bytes / 1024.0;

    private static double Round(double units) => Math.Round(units, 2);
}
