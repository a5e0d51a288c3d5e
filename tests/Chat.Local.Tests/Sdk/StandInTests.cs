using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.SignalRService;
using Microsoft.Azure.SignalR.Management;
using Xunit;

namespace Chat.Local.Tests.Sdk;

/// <summary>
/// What the app compiles against here it compiles against in Azure: every public and protected type and member of a stand-in is in its
/// package with the same signature, nullable annotations included.
/// </summary>
/// <remarks>
/// The lists are of the versions that the stand-ins name, but for <c>Microsoft.Azure.SignalR.Management</c>: the extension asks for 1.29.0,
/// and the list is of 1.25.1, as no newer one was to be had. What the package changed since shows only in a build with the packages.
/// </remarks>
public sealed class StandInTests
{
    /// <summary>In the package's sources and its documentation, but protected within a class, which the lists don't look into.</summary>
    private static readonly string[] Unlisted = ["SignalRConnectionAttribute"];

    private static readonly Assembly[] StandIns =
    [
        typeof(CosmosDBTriggerAttribute).Assembly,
        typeof(ServiceBusTriggerAttribute).Assembly,
        typeof(ServerlessHub).Assembly,
        typeof(ServiceManagerBuilder).Assembly,
    ];

    [Fact]
    public void A_stand_in_has_the_name_the_version_and_the_key_of_the_package() => Assert.Equal(
        [
            "Microsoft.Azure.Functions.Worker.Extensions.CosmosDB, Version=4.16.1.0, Culture=neutral, PublicKeyToken=551316b6919f366c",
            "Microsoft.Azure.Functions.Worker.Extensions.ServiceBus, Version=5.24.0.0, Culture=neutral, PublicKeyToken=551316b6919f366c",
            "Microsoft.Azure.Functions.Worker.Extensions.SignalRService, Version=2.0.1.0, Culture=neutral, PublicKeyToken=551316b6919f366c",
            "Microsoft.Azure.SignalR.Management, Version=1.29.0.0, Culture=neutral, PublicKeyToken=adb9793829ddae60",
        ],
        StandIns.Select(standIn => standIn.FullName));

    [Fact]
    public void Each_stand_in_has_a_list_of_its_package_and_nothing_else_has_one() => Assert.Equal(
        StandIns.Select(standIn => standIn.FullName!.Replace(
            "SignalR.Management, Version=1.29.0.0", "SignalR.Management, Version=1.25.1.0", StringComparison.Ordinal)),
        PackageSurface.OfPackages().Packages.Order(StringComparer.Ordinal));

    [Fact]
    public void A_stand_in_has_only_what_the_package_has()
    {
        var packages = PackageSurface.OfPackages();
        var visible = StandIns.SelectMany(standIn => standIn.GetTypes())
            .Where(IsVisible)
            .Where(type => !Unlisted.Contains(type.Name))
            .ToList();
        Assert.Contains(typeof(ServerlessHub), visible);
        var differences = visible.SelectMany(packages.DifferencesOf).ToList();
        Assert.True(differences.Count == 0, $"No package has:\n{string.Join('\n', differences)}");
    }

    [Fact]
    public void Whatever_differs_is_found()
    {
        var name = TypeNames.Of(typeof(StandIn));
        var package = new PackageSurface(
        [
            $"T: public class {name} : System.IDisposable",
            $"C: {name} :: public StandIn()",
            $"F: {name} :: public const string Constant = \"one\"",
            $"P: {name} :: public string Same {{ get; set; }}",
            $"P: {name} :: public string ReadOnly {{ get; }}",
            $"P: {name} :: public string Annotated {{ get; set; }}",
            $"M: {name} :: public virtual void Dispose()",
            $"M: {name} :: public void Default(int times = 1)",
            $"M: {name} :: public void Name(string text)",
            $"M: {name} :: public void Virtual()",
            $"M: {name} :: public void Generic<T>() where T : class",
            $"M: {name} :: public System.Collections.Generic.IList<string> Nested()",
        ]);
        Assert.Equal(
            [
                $"F: {name} :: public const string Constant = \"two\"",
                $"C: {name} :: protected StandIn(string more)",
                $"P: {name} :: public string ReadOnly {{ get; set; }}",
                $"P: {name} :: public string? Annotated {{ get; set; }}",
                $"M: {name} :: public void Default(int times = 2)",
                $"M: {name} :: public void Name(string words)",
                $"M: {name} :: public virtual void Virtual()",
                $"M: {name} :: public void Generic<T>()",
                $"M: {name} :: public System.Collections.Generic.IList<string?> Nested()",
            ],
            package.DifferencesOf(typeof(StandIn)));
    }

    [Theory]
    [InlineData("T: public sealed class {0} : System.Attribute [AttributeUsage(Method, AllowMultiple=True)]")]
    [InlineData("T: public class {0} : System.Attribute [AttributeUsage(Class, AllowMultiple=True)]")]
    [InlineData("T: public class {0} : System.Attribute [AttributeUsage(Method)]")]
    [InlineData("T: public class {0} : System.Attribute")]
    [InlineData("T: public class Somewhere.Else.MarkAttribute : System.Attribute [AttributeUsage(Method, AllowMultiple=True)]")]
    public void A_type_of_another_kind_place_or_use_is_found(string listed)
    {
        var name = TypeNames.Of(typeof(MarkAttribute));
        var package = new PackageSurface([string.Format(null, listed, name), $"C: {name} :: public MarkAttribute()"]);
        Assert.Equal(
            [$"T: public class {name} [AttributeUsage(Method, AllowMultiple=True)]"],
            package.DifferencesOf(typeof(MarkAttribute)));
    }

    [Fact]
    public void A_parent_and_a_number_of_an_enum_are_held_too()
    {
        var (standIn, level) = (TypeNames.Of(typeof(StandIn)), TypeNames.Of(typeof(Level)));
        var package = new PackageSurface([$"T: public class {standIn}", $"T: public enum {level}", $"F: {level} :: Low = 0"]);
        Assert.Contains($"T: public class {standIn} : System.IDisposable", package.DifferencesOf(typeof(StandIn)));
        Assert.Equal([$"F: {level} :: Low = 1"], package.DifferencesOf(typeof(Level)));
    }

    private static bool IsVisible(Type type) =>
        type.IsPublic || ((type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsVisible(type.DeclaringType!));

    public enum Level
    {
        Low = 1,
    }

    [AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
    public class MarkAttribute : Attribute;

    public class StandIn : IDisposable
    {
        public const string Constant = "two";

        public StandIn()
        {
        }

        protected StandIn(string more) => Same = more;

        public string Same { get; set; } = "";

        public string ReadOnly { get; set; } = "";

        public string? Annotated { get; set; }

        public virtual void Dispose() => GC.SuppressFinalize(this);

        public void Default(int times = 2) => Same = $"{times}";

        public void Name(string words) => Same = words;

        public virtual void Virtual() => Same = "";

        public void Generic<T>() => Same = $"{typeof(T)}";

        public IList<string?> Nested() => [Same];
    }
}
