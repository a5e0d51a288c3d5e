using System.Collections.Immutable;
using Chat.Functions.Acceptance.Harness;
using Xunit;

namespace Chat.Functions.Acceptance.Api;

/// <summary>In every operation of openapi.yaml an id that can't be one gets the answer of one that nothing has.</summary>
public class When_ids_are_malformed
{
    /// <summary>By parameter: what could be one and names nothing. A reaction's key is no id: it is what one says.</summary>
    private static readonly ImmutableDictionary<string, string> Absent = ImmutableDictionary.CreateRange(
        StringComparer.Ordinal,
        [
            KeyValuePair.Create("conversationId", "aaaaaaaaaaaaaaaaaaaaaa"), KeyValuePair.Create("messageId", "bbbbbbbbbbbbbbbbbbbbbb"),
            KeyValuePair.Create("scheduledId", "cccccccccccccccccccccc"), KeyValuePair.Create("linkId", "dddddddddddddddddddddd"),
            KeyValuePair.Create("code", new string('e', 44)), KeyValuePair.Create("userId", "nobody"),
            KeyValuePair.Create("caseId", "ffffffffffffffffffffff"), KeyValuePair.Create("decisionId", "gggggggggggggggggggggg"),
            KeyValuePair.Create("mediaId", "hhhhhhhhhhhhhhhhhhhhhh"), KeyValuePair.Create("packId", "none"),
            KeyValuePair.Create("collectionId", "none"), KeyValuePair.Create("itemId", "bbbbbbbbbbbbbbbbbbbbbb"),
        ]);

    /// <summary>Whether the path may name what isn't known here yet: then what can't be an id is refused.</summary>
    private static bool MayBeNew(ApiOperation operation, string parameter) =>
        operation.Path is "/host/content/{type}/{contentId}/revoke" or "/host/users/{userId}"
        || (operation.Method == "PUT"
        && operation.Path.EndsWith($"{{{parameter}}}", StringComparison.Ordinal)
        && parameter is "userId" or "packId" or "collectionId");

    private static readonly string[] Malformed = ["x%20y", "a,b", "%C3%A9", new('m', 500)];

    [Fact]
    public async Task Should_be_answered_as_those_that_nothing_has()
    {
        await using var app = await ChatApp.StartAsync();
        var otherwise = new List<string>();
        foreach (var operation in ApiOperation.All.Where(operation => operation.Parameters.Any(parameter => parameter.In == "path")))
        {
            var world = await World.PrepareAsync(app, operation);
            foreach (var caller in new[] { world.Caller, "mallory" })
            {
                world.Caller = caller;
                var request = await world.PlaceAsync(operation.Examples().First());
                foreach (var id in operation.Parameters.Where(
                    parameter => parameter is { In: "path", Name: not "key" } && !MayBeNew(operation, parameter.Name)))
                {
                    var absent = await request.WithRaw(id, Absent[id.Name]).SendAsync(app.Http);
                    foreach (var text in Malformed)
                    {
                        var malformed = await request.WithRaw(id, text).SendAsync(app.Http);
                        if ((malformed.Status, malformed.Text) != (absent.Status, absent.Text))
                        {
                            otherwise.Add($"{operation}, {caller}, {id.Name} = {text}: {malformed}, and not {absent}");
                        }
                    }
                }
            }
        }

        Assert.True(otherwise.Count == 0, string.Join(Environment.NewLine, otherwise));
    }
}
