namespace Chat.Local.CosmosDb.Protocol;

/// <summary>A request that can't be carried out as it stands; the message is the answer's.</summary>
internal sealed class RefusedException(int status, string message, int subStatus = 0) : Exception(message)
{
    public int Status => status;

    public int SubStatus => subStatus;
}
