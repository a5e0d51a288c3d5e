using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.Json.Nodes;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Messages;
using Chat.Local;
using Chat.Local.Functions;
using Xunit;

namespace Chat.Functions.Acceptance.Builds;

/// <summary>
/// What is built and tested here is what is deployed: the same functions, compiled to the same assemblies, on the packages' own worker and
/// clients.
/// </summary>
/// <remarks>
/// <c>functions.of-packages.json</c> is the <c>functions.metadata</c> of a build with <c>ExtensionPackages=true</c>. The other files are
/// today's, and hold for either build.
/// </remarks>
public sealed class When_the_app_is_built
{
    /// <summary>What the app's own attributes say otherwise since <c>functions.of-packages.json</c> was made.</summary>
    private static readonly string[] ChangedSince = ["autoCompleteMessages"];

    private static readonly string[] OfWorkerAndClients =
    [
        "Azure.Messaging.ServiceBus",
        "Microsoft.Azure.Cosmos.Client",
        "Microsoft.Azure.Functions.Worker",
        "Microsoft.Azure.Functions.Worker.Core",
        "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
        "Microsoft.Azure.Functions.Worker.Grpc",
    ];

    [Fact]
    public async Task Should_have_the_functions_that_the_packages_make_of_it()
    {
        var built = await BuiltAsync();
        new ExpectedFile("functions.json").Holds(FunctionsMetadata.Write(built));

        foreach (var (name, ofPackages) in FunctionsMetadata.Read(new ExpectedFile("functions.of-packages.json").Read()))
        {
            if (built.TryGetValue(name, out var here))
            {
                var (then, now) = (WithoutChanged(ofPackages), WithoutChanged(here));
                Assert.True(JsonNode.DeepEquals(then, now), $"{name} was {then} and is {now}");
            }
        }
    }

    /// <summary>Bindings that are new since have no member that none of their kind had, and all that every one had.</summary>
    [Fact]
    public async Task Should_describe_new_functions_as_the_packages_describe_others()
    {
        var ofPackages = FunctionsMetadata.Read(
            new ExpectedFile("functions.of-packages.json").Read()).Values.SelectMany(Bindings).ToLookup(Kind, Members);
        foreach (var binding in (await BuiltAsync()).Values.SelectMany(Bindings))
        {
            var members = Members(binding);
            Assert.Subset(ofPackages[Kind(binding)].SelectMany(known => known).ToHashSet(StringComparer.Ordinal), members);
            var always = ofPackages[Kind(binding)].Aggregate((one, other) => [.. one.Intersect(other, StringComparer.Ordinal)]);
            Assert.Superset(always.Except(ChangedSince, StringComparer.Ordinal).ToHashSet(StringComparer.Ordinal), members);
        }
    }

    /// <summary>Those that come with it, not with .NET.</summary>
    [Fact]
    public void Should_refer_to_the_assemblies_that_it_runs_with_in_Azure()
    {
        using var file = File.OpenRead(typeof(SendMessage).Assembly.Location);
        using var image = new PEReader(file);
        var metadata = image.GetMetadataReader();
        var references = metadata.AssemblyReferences
            .Select(handle => metadata.GetAssemblyReference(handle).GetAssemblyName())
            .Where(reference => File.Exists(Path.Combine(AppContext.BaseDirectory, $"{reference.Name}.dll")))
            .Select(reference => reference.FullName)
            .Order(StringComparer.Ordinal);
        new ExpectedFile("references.txt").Holds(string.Concat(references.Select(reference => reference + "\n")));
    }

    [Fact]
    public async Task Should_run_on_the_packages_own_worker_and_clients()
    {
        await using var app = await ChatApp.StartAsync();
        var (alice, bob) = (app.As("alice"), app.As("bob"));
        var conversation = (await alice.StartDirectAsync("bob")).ConversationId;
        await alice.SendAsync(conversation, "Hello");
        await Eventually.SeesAsync(() => bob.SummaryAsync(conversation), seen => seen is { UnreadCount: 1 });

        var (loaded, different) = PackageAssemblies.Compare();
        Assert.Superset(OfWorkerAndClients.ToHashSet(StringComparer.Ordinal), loaded);
        Assert.Empty(different);
    }

    private static async Task<SortedDictionary<string, JsonNode>> BuiltAsync()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var host = await FunctionsHost.StartAsync(azure, new InstanceOptions { App = typeof(SendMessage).Assembly });
        return FunctionsMetadata.Of(host.Functions.Select(function => function.Metadata));
    }

    private static JsonNode WithoutChanged(JsonNode function)
    {
        var copy = function.DeepClone();
        foreach (var binding in Bindings(copy))
        {
            ChangedSince.ToList().ForEach(member => binding.Remove(member));
        }

        return copy;
    }

    private static IEnumerable<JsonObject> Bindings(JsonNode function) =>
        function["bindings"]!.AsArray().Select(binding => binding!.AsObject());

    private static string Kind(JsonObject binding) => binding["type"]!.GetValue<string>();

    private static HashSet<string> Members(JsonObject binding) => [.. binding.Select(member => member.Key)];
}
