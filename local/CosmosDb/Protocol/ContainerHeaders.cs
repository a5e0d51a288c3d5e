using System.Globalization;
using Chat.Local.CosmosDb.Storage;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>The headers by which the SDK keeps track of sessions.</summary>
internal static class ContainerHeaders
{
    /// <summary>Says which range answered and as of which log sequence number.</summary>
    public static CosmosResponse From(this CosmosResponse response, Container container, PartitionRange range, long lsn)
    {
        response
            .With("x-ms-session-token", range.SessionToken(lsn))
            .With("x-ms-documentdb-partitionkeyrangeid", range.Id)
            .With("lsn", lsn.ToString(CultureInfo.InvariantCulture));
        return response.Status == 404
            ? response
            : response.With("x-ms-content-path", container.ResourceId).With("x-ms-alt-content-path", container.EscapedPath);
    }
}
