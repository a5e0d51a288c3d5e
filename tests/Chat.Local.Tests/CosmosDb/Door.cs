namespace Chat.Local.Tests.CosmosDb;

/// <summary>How a client reaches the account.</summary>
public enum Door
{
    InProcess,

    Http,

    /// <summary>On the same port, by a client that takes no certificate but the account's.</summary>
    Https,
}

/// <summary>Runs a theory through each door, as its last argument.</summary>
public sealed class EveryDoorAttribute(params object[] arguments) : EachAttribute<Door>(arguments);
