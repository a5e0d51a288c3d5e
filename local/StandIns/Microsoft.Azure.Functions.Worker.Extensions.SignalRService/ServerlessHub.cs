using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Azure.SignalR.Management;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.Azure.Functions.Worker.SignalRService;

/// <summary>What a serverless app does with its clients; the hub's name is the name of the derived class.</summary>
public abstract class ServerlessHub
{
    public const string DefaultConnectionStringName = "AzureSignalRConnectionString";

    private readonly RestHubContext? _context;

    /// <param name="serviceProvider">Knows the hub from the start of the host on.</param>
    protected ServerlessHub(IServiceProvider serviceProvider) =>
        _context = serviceProvider.GetService<ConcurrentDictionary<Type, RestHubContext>>()?.GetValueOrDefault(GetType());

    protected virtual IHubClients Clients => Registered.Clients;

    protected virtual UserGroupManager UserGroups => Registered.UserGroups;

    protected virtual ClientManager ClientManager => Registered.ClientManager;

    private RestHubContext Registered => _context ?? throw new InvalidOperationException(
        $"The hub {GetType().Name} isn't registered with services.AddServerlessHub(), or the host hadn't started when it was made.");

    /// <summary>JSON of <c>url</c> and <c>accessToken</c>, with which a client connects to the service.</summary>
    protected virtual Task<BinaryData> NegotiateAsync(NegotiationOptions? options = null) =>
        Task.FromResult(BinaryData.FromObjectAsJson(Registered.Negotiate(options ?? new()), JsonSerializerOptions.Web));

    /// <summary>Names the setting that holds the connection to the service.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    protected internal class SignalRConnectionAttribute(string connectionName = DefaultConnectionStringName) : Attribute
    {
        public string ConnectionName { get; } = connectionName;
    }
}
