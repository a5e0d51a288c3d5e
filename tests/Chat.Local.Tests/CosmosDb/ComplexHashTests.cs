using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Chat.Local.CosmosDb.Sql;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Azure.Cosmos;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>The SDK merges what ranges answer; so arrays and objects must be in the very order that it would put them in.</summary>
public sealed class ComplexHashTests
{
    private static readonly Type Element = typeof(CosmosClient).Assembly.GetType(
        "Microsoft.Azure.Cosmos.CosmosElements.CosmosElement",
        throwOnError: true)!;
    private static readonly MethodInfo Parse = Element.GetMethods().Single(method => method is { Name: "Parse", IsGenericMethod: false });

    [Fact]
    public void Should_order_as_the_sdk_does()
    {
        var values = Value(3).Where(value => value is JsonArray or JsonObject);
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(500),
            Prop.ForAll(
                values.Two().ToArbitrary(),
                pair => Math.Sign(Ours(pair.Item1!, pair.Item2!)) == Math.Sign(Theirs(pair.Item1!, pair.Item2!))));
    }

    private static int Ours(JsonNode left, JsonNode right) => Sql(left).CompareWith(Sql(right));

    private static SqlValue Sql(JsonNode node) => SqlValue.Of(JsonElement.Parse(node.ToJsonString()));

    private static int Theirs(JsonNode left, JsonNode right)
    {
        var one = Parse.Invoke(null, [left.ToJsonString()])!;
        var other = Parse.Invoke(null, [right.ToJsonString()])!;
        return (int)Element.GetMethod("CompareTo", [Element])!.Invoke(one, [other])!;
    }

    private static Gen<JsonNode?> Value(int depth)
    {
        var plain = Gen.OneOf(
            Gen.Constant<JsonNode?>(null),
            Gen.Elements(true, false).Select(value => (JsonNode?)JsonValue.Create(value)),
            Gen.Choose(-1000, 1000).Select(value => (JsonNode?)JsonValue.Create(value / 8.0)),
            Gen.Elements("", "a", "é", "😀", "seventeen letters").Select(value => (JsonNode?)JsonValue.Create(value)));
        if (depth == 0)
        {
            return plain;
        }

        var inner = Value(depth - 1).Select(value => value?.ToJsonString() ?? "null").ListOf().Resize(4);
        return Gen.OneOf(
            plain,
            inner.Select(values => JsonNode.Parse($"[{string.Join(',', values)}]")),
            inner.Select(values => JsonNode.Parse($"{{{string.Join(',', values.Select((value, i) => $"\"p{i}\":{value}"))}}}")));
    }
}
