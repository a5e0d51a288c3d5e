using System.Reflection;
using Xunit.Sdk;

namespace Chat.Local.Tests;

/// <summary>Runs a theory with each value of an enumeration, as its last argument.</summary>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public abstract class EachAttribute<T>(object[] arguments) : DataAttribute
    where T : struct, Enum
{
    public override IEnumerable<object[]> GetData(MethodInfo testMethod) =>
        Enum.GetValues<T>().Select(value => (object[])[.. arguments, value]);
}
