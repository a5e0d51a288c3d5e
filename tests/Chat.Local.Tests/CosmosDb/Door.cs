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
/// <remarks>
/// Tests without a door look at what is behind all of them, such as the meter, the store and replicas that lag, or take thousands of
/// requests or seconds of work to find what no door changes.
/// </remarks>
public sealed class EveryDoorAttribute(params object[] arguments) : EachAttribute<Door>(arguments);
