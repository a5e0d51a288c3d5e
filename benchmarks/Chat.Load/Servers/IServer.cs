namespace Chat.Load.Servers;

/// <summary>A server that workloads are run against, as a process of its own.</summary>
internal interface IServer : IAsyncDisposable
{
    ServerProcess Process { get; }

    /// <summary>Somebody with one connected device.</summary>
    Task<IPerson> ConnectAsync(string name);

    /// <summary>A conversation of people who are connected, the first of whom makes it. Of two it is a direct one.</summary>
    Task<string> MeetAsync(IReadOnlyList<IPerson> people);

    /// <summary>Fills a conversation with messages, in the quickest way that the server has.</summary>
    Task FillAsync(IPerson sender, string conversation, int count);
}

/// <summary>Somebody who uses a server, with as little work as possible on this side.</summary>
internal interface IPerson : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Sends a message; on return the server has answered, if it does.</summary>
    Task SendAsync(string conversation, string id, string text);

    /// <summary>Completes when a message has arrived at the device. Ask before it is sent, and for one at a time.</summary>
    Task ReceivesAsync(string id);

    /// <summary>Reads the newest 50 messages of a conversation, or 50 from deep in its history.</summary>
    Task ReadPageAsync(string conversation, bool deep);
}
