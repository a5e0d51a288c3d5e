namespace Chat.Local.Functions;

/// <summary>What runs a function by itself, without a request.</summary>
internal interface ITrigger
{
    /// <summary>What must be so before the host opens its port.</summary>
    Task PrepareAsync();

    /// <summary>Runs the function until nothing new is to be taken, and completes when what it started has ended.</summary>
    Task RunAsync(HostStop stop);
}
