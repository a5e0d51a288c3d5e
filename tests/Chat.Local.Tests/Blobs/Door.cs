namespace Chat.Local.Tests.Blobs;

/// <summary>How a client reaches an account, and which.</summary>
public enum Door
{
    InProcess,

    Http,

    /// <summary>On the same port.</summary>
    Https,

    /// <summary>Microsoft's emulator, by https: the same promises have to hold there.</summary>
    Azurite,
}

/// <summary>Runs a theory through each door, as its last argument.</summary>
public sealed class EveryDoorAttribute(params object[] arguments) : EachAttribute<Door>(arguments);
