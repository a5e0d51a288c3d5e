namespace Chat.Load.Servers;

/// <summary>A kind of server, and how one starts with its data in a directory.</summary>
internal sealed record Contender(string Name, Func<string, Task<IServer>> StartAsync)
{
    /// <summary>The backend, of which everything is measured.</summary>
    public static Contender Chat(string assembly) => new("chat", async directory => await ChatServer.StartAsync(assembly, directory));

    public static Contender Floor(string assembly) => new("floor", async directory => await FloorServer.StartAsync(assembly, directory));

    public static Contender Ejabberd { get; } = new("ejabberd", async directory => await EjabberdServer.StartAsync(directory));
}
