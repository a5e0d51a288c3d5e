using Chat.Local.Functions;
using Chat.Local.Functions.Protocol;
using Microsoft.Extensions.Configuration;

namespace Chat.Local.Tests.Functions;

/// <summary>Functions as a worker describes them.</summary>
internal static class Described
{
    public static RpcFunctionMetadata Metadata(string name, params string[] bindings) =>
        new() { FunctionId = name, Name = name, EntryPoint = $"Somewhere.{name}.Run", RawBindings = { bindings } };

    public static Function Function(string name, params string[] bindings) => Read(Metadata(name, bindings)).Single();

    public static IReadOnlyList<Function> Read(params RpcFunctionMetadata[] described) =>
        FunctionCatalog.Read(described, "api", new ConfigurationBuilder().Build());
}
