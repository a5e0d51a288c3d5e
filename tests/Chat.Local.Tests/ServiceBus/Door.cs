using System.Reflection;
using Xunit.Sdk;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>How a client reaches the broker.</summary>
public enum Door
{
    InProcess,

    /// <summary>The unmodified client of the package, over AMQP and a port.</summary>
    Amqp,
}

/// <summary>Runs a theory through each door, as its last argument.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class EveryDoorAttribute(params object[] arguments) : DataAttribute
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) => Enum.GetValues<Door>().Select(door => (object[])[.. arguments, door]);
}
