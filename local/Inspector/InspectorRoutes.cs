using Chat.Local.Functions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Chat.Local.Inspector;

/// <summary>The pages under /local, the API under /local/api that it reads, the meter, and running functions by hand.</summary>
internal static class InspectorRoutes
{
    public static void Map(IEndpointRouteBuilder routes, LocalAzure azure, IReadOnlyList<Function> functions, Triggers triggers)
    {
        new FunctionRoutes(functions, triggers, azure.Time).Map(routes);
        new QueueRoutes(azure.ServiceBus).Map(routes);
        new ContainerRoutes(azure.Cosmos).Map(routes);
        new MeterRoutes(azure.Meter).Map(routes);
        routes.MapRead("local/api/hubs", _ => Results.Json(azure.SignalR.Read()));
        routes.MapRead("local/api/store", _ => Results.Json(azure.Store.Reading));
        new LocalFiles().Map(routes);
    }
}
