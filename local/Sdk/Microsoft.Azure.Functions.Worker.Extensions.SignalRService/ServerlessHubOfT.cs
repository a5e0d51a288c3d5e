using Chat.Local.SignalR;
using Microsoft.AspNetCore.SignalR;

namespace Microsoft.Azure.Functions.Worker.SignalRService;

/// <summary>A <see cref="ServerlessHub"/> whose clients' methods are those of <typeparamref name="T"/>.</summary>
public abstract class ServerlessHub<T> : ServerlessHub
    where T : class
{
    private readonly TypedClients<T>? _clients;

    protected ServerlessHub(IServiceProvider serviceProvider)
        : base(serviceProvider) => _clients = Context is null ? null : new(base.Clients);

    protected new virtual IHubClients<T> Clients => _clients ?? throw new InvalidOperationException($"The hub {GetType().Name} isn't registered.");
}
