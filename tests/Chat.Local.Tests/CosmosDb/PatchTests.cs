using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

public sealed class PatchTests
{
    private static readonly PartitionKey Key = new("k");

    [Theory]
    [EveryDoor]
    public async Task Should_apply_every_operation_in_order(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","n":1,"x":2.5,"list":[1,2,3],"o":{"gone":1,"from":"é"}}""");

        var patched = await account.Container.PatchItemAsync<JsonObject>("a", Key,
        [
            PatchOperation.Add("/new", "v"),
            PatchOperation.Set("/o/set", 5),
            PatchOperation.Replace("/list/0", "first"),
            PatchOperation.Add("/list/1", "inserted"),
            PatchOperation.Add("/list/-", "last"),
            PatchOperation.Remove("/o/gone"),
            PatchOperation.Increment("/n", 41),
            PatchOperation.Increment("/x", 0.5),
            PatchOperation.Increment("/fresh", 7),
            PatchOperation.Move("/o/from", "/moved"),
        ]);

        Assert.Equal(HttpStatusCode.OK, patched.StatusCode);
        var document = await account.FindAsync("k", "a");
        Assert.Equal(patched.ETag, (string?)document!["_etag"]);
        Assert.Equal(
            """{"id":"a","pk":"k","n":42,"x":3,"list":["first","inserted",2,3,"last"],"o":{"set":5},"new":"v","fresh":7,"moved":"é"}""",
            Own(document));
    }

    [Theory]
    [EveryDoor]
    public async Task Should_patch_only_what_meets_the_condition(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","read":5}""");
        Task<ResponseMessage> RaiseAsync(int to) => account.Container.PatchItemStreamAsync("a", Key, [PatchOperation.Set("/read", to)],
            new PatchItemRequestOptions { FilterPredicate = $"FROM c WHERE c.read < {to} AND NOT IS_DEFINED(c.ended)" });

        using var late = await RaiseAsync(4);
        using var raised = await RaiseAsync(9);

        Assert.Equal(HttpStatusCode.PreconditionFailed, late.StatusCode);
        Assert.Equal(HttpStatusCode.OK, raised.StatusCode);
        Assert.Equal(9, (int?)(await account.FindAsync("k", "a"))!["read"]);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_hold_patches_to_their_etag_and_document(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k"}""");
        using var stale = await account.Container.PatchItemStreamAsync(
            "a",
            Key,
            [PatchOperation.Set("/x", 1)],
            new PatchItemRequestOptions { IfMatchEtag = "\"other\"" });
        using var missing = await account.Container.PatchItemStreamAsync("b", Key, [PatchOperation.Set("/x", 1)]);

        Assert.Equal(HttpStatusCode.PreconditionFailed, stale.StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }

    [Theory]
    [EveryDoor]
    public async Task Should_refuse_what_cannot_be_patched_and_change_nothing(Door door)
    {
        await using var account = await CosmosAccount.StartAsync(door: door);
        await account.CreateAsync("""{"id":"a","pk":"k","n":1,"text":"t"}""");
        PatchOperation[][] impossible =
        [
            [PatchOperation.Set("/n", 2), PatchOperation.Set("/id", "b")],
            [PatchOperation.Set("/n", 2), PatchOperation.Set("/pk", "b")],
            [PatchOperation.Set("/n", 2), PatchOperation.Replace("/none", 1)],
            [PatchOperation.Set("/n", 2), PatchOperation.Remove("/none")],
            [PatchOperation.Set("/n", 2), PatchOperation.Increment("/text", 1)],
            [PatchOperation.Set("/n", 2), PatchOperation.Set("/none/deep", 1)],
            [.. Enumerable.Range(0, 11).Select(i => PatchOperation.Set($"/p{i}", i))],
        ];
        foreach (var operations in impossible)
        {
            using var refused = await account.Container.PatchItemStreamAsync("a", Key, operations);
            Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        }

        Assert.Equal("""{"id":"a","pk":"k","n":1,"text":"t"}""", Own((await account.FindAsync("k", "a"))!));
    }

    private static string Own(JsonObject document)
    {
        foreach (var name in new[] { "_rid", "_self", "_etag", "_attachments", "_ts" })
        {
            document.Remove(name);
        }

        return document.ToJsonString(
            new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
