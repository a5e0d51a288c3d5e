namespace Chat.Local.Functions;

/// <summary>Opens the ports by which other processes reach the services, and says what is there.</summary>
internal static class Ports
{
    /// <exception cref="HostRefusedException">A port is taken, and what the options ask for needs it.</exception>
    public static async Task OpenAsync(LocalAzure azure, CommandLine options, TextWriter output)
    {
        if (options.CosmosPort > 0)
        {
            Say(
                await azure.Cosmos.ListenAsync(options.CosmosPort, CancellationToken.None) is not null,
                $"Cosmos DB for tools: {azure.Cosmos.ConnectionString}",
                $"Port {options.CosmosPort} can't be had, so that {Who("tools")} Cosmos DB; choose another with --cosmos-port N.");
        }

        if (options.ServiceBusPort > 0)
        {
            Say(
                azure.ServiceBus.Listen(options.ServiceBusPort) is not null,
                $"Service Bus for tools: {azure.ServiceBus.ConnectionString}",
                $"Port {options.ServiceBusPort} can't be had, so that {Who("tools")} Service Bus; "
                    + "choose another with --servicebus-port N.");
        }

        if (options.SignalRPort > 0)
        {
            Say(
                await azure.SignalR.ListenAsync(options.SignalRPort, CancellationToken.None),
                $"SignalR Service for tools: {azure.SignalR.ConnectionString}",
                $"Port {options.SignalRPort} can't be had, so that {Who("clients")} SignalR Service; "
                    + "choose another with --signalr-port N.");
        }

        if (options.BlobPort > 0)
        {
            Say(
                await azure.Blobs.ListenAsync(options.BlobPort, CancellationToken.None) is not null,
                $"Blob Storage for tools: {azure.Blobs.ConnectionString}",
                $"Port {options.BlobPort} can't be had, so that clients don't reach Blob Storage; choose another with --blob-port N.",
                isForApp: false);
        }

        string Who(string others) => options.Child ? "a child doesn't reach" : $"{others} don't reach";

        void Say(bool isOpen, string what, string whyNot, bool isForApp = true)
        {
            if (!isOpen && ((options.Child && isForApp) || options.ServicesOnly))
            {
                throw new HostRefusedException(whyNot);
            }

            if (!options.ServicesOnly)
            {
                output.WriteLine(isOpen ? what : whyNot);
            }
        }
    }
}
