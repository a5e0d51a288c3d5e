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
/// <c>functions.json</c> and <c>references.txt</c> hold with stand-ins and with packages: CI runs these tests again on what it publishes.
/// <c>functions.of-packages.json</c> is older and stays as it is: on 2026-11-28 Worker.Sdk wrote it in a build with the packages. It has
/// those functions of that day whose bindings stand-ins describe here.
/// </remarks>
public sealed class When_the_app_is_built
{
    /// <summary>The bindings whose attributes are the package's own here, too.</summary>
    private static readonly string[] WithoutStandIn = ["http", "httpTrigger"];

    private static readonly string[] OfWorkerAndClients =
    [
        "Azure.Messaging.ServiceBus",
        "Microsoft.Azure.Cosmos.Client",
        "Microsoft.Azure.Functions.Worker",
        "Microsoft.Azure.Functions.Worker.Core",
        "Microsoft.Azure.Functions.Worker.Extensions.Http.AspNetCore",
        "Microsoft.Azure.Functions.Worker.Grpc",
    ];

    /// <summary>But for their order, and for empty <c>properties</c> of bindings, of which a worker that is asked says nothing.</summary>
    [Fact]
    public void Should_have_the_functions_that_are_expected() =>
        new ExpectedFile("functions.json").Holds(FunctionsMetadata.Write(FunctionsMetadata.Read(AppBuild.ReadFunctionsMetadata())));

    [Fact]
    public async Task Should_say_the_same_of_them_when_a_host_asks()
    {
        await using var azure = await LocalAzure.StartAsync(directory: null);
        await using var host = await FunctionsHost.StartAsync(azure, new InstanceOptions { App = typeof(SendMessage).Assembly });
        var listed = FunctionsMetadata.Of(host.Functions.Select(function => function.Metadata));
        new ExpectedFile("functions.json").Holds(FunctionsMetadata.Write(listed));
    }

    /// <summary>But for what the app says no more, and what it says only since.</summary>
    [Fact]
    public void Should_describe_bindings_as_the_packages_did()
    {
        var bindings = Bindings("functions.json");
        var ofPackages = Bindings("functions.of-packages.json");
        foreach (var then in ofPackages)
        {
            then.Remove("autoCompleteMessages");
            var now = bindings.Single(binding => What(binding) == What(then));
            Assert.All(then, member => Assert.True(
                JsonNode.DeepEquals(member.Value, now[member.Key]), $"{member.Key} was {member.Value} and is {now[member.Key]}: {now}"));
        }

        Assert.Subset(
            WithoutStandIn.Concat(ofPackages.Select(Kind)).ToHashSet(StringComparer.Ordinal),
            bindings.Select(Kind).ToHashSet(StringComparer.Ordinal));
    }

    [Fact]
    public void Should_refer_to_the_assemblies_that_it_runs_with_in_Azure() =>
        new ExpectedFile("references.txt").Holds(string.Concat(AppBuild.ReadReferences().Select(reference => reference + "\n")));

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

    private static List<JsonObject> Bindings(string file) =>
    [
        .. FunctionsMetadata.Read(new ExpectedFile(file).Read()).Values
            .SelectMany(function => function["bindings"]!.AsArray())
            .Select(binding => binding!.AsObject()),
    ];

    private static string Kind(JsonObject binding) => binding["type"]!.GetValue<string>();

    /// <summary>A queue or a container, as one function alone has it.</summary>
    private static string What(JsonObject binding) => $"{Kind(binding)} {binding["queueName"] ?? binding["containerName"]}";
}
