using System.Text.Json;
using Chat.Local.CosmosDb.Sql;
using Chat.Local.CosmosDb.Storage;
using Xunit;

namespace Chat.Local.Tests.CosmosDb;

/// <summary>The bytes that stand for values in an index sort as the values do, and say what the values were.</summary>
public sealed class IndexKeyTests
{
    private static readonly string[] Values =
    [
        "undefined", "null", "false", "true", "-1e300", "-2", "-1.5", "-1e-300", "0", "-0.0", "1e-300", "1", "1.5", "2",
        "9007199254740993", "1e300",
        "\"\"", "\"\\u0000\"", "\"\\u0000a\"", "\"a\"", "\"a\\u0000\"", "\"a\\u0001\"", "\"aa\"", "\"b\"",
        "\"\u007f\"", "\"\u0080\"", "\"\u07ff\"", "\"\u0800\"",
        "\"\ud83d\ude00\"", "\"\ue000\"", "\"\uffff\"", "[]", "[1]", "{}", "{\"a\":1}",
    ];

    [Fact]
    public void Should_sort_as_the_values_do_in_every_direction()
    {
        var documents = Values.SelectMany(_ => Values, (a, b) => Document(a, b)).Chunk(7).Select(chunk => chunk[0]).ToList();
        foreach (var (first, second) in new[] { (false, false), (false, true), (true, false) })
        {
            var order = new SortOrder([new SortKey(new JsonPath("a"), first), new SortKey(new JsonPath("b"), second)]);
            foreach (var left in documents)
            {
                foreach (var right in documents)
                {
                    var expected = Math.Sign(order.Compare(ValuesOf(left), ValuesOf(right)));
                    Assert.Equal(expected, Math.Sign(Key(order, left).AsSpan().SequenceCompareTo(Key(order, right))));
                }
            }
        }
    }

    [Fact]
    public void Should_say_what_the_values_were()
    {
        foreach (var descending in new[] { false, true })
        {
            var order = new SortOrder([new SortKey(new JsonPath("a"), descending), new SortKey(new JsonPath("b"), !descending)]);
            foreach (var document in Values.Select(value => Document(value, "\"end\"")))
            {
                var values = IndexKey.Values(order, Key(order, document));
                Assert.Equal(0, values[0].CompareWith(ValuesOf(document)[0]));
                Assert.Equal("end", values[1].Text);
            }
        }
    }

    [Fact]
    public void Should_cut_just_before_and_just_after_a_value_whatever_stands_behind_it()
    {
        foreach (var second in new[] { false, true })
        {
            var order = new SortOrder([new SortKey(new JsonPath("a"), false), new SortKey(new JsonPath("b"), second)]);
            foreach (var value in Values)
            {
                var cut = ValuesOf(Document(value, "1"))[0];
                var (before, after) = (IndexKey.Of(new IndexEdge(cut, After: false)), IndexKey.Of(new IndexEdge(cut, After: true)));
                foreach (var document in Values.SelectMany(_ => Values, (a, b) => Document(a, b)))
                {
                    var expected = ValuesOf(document)[0].CompareWith(cut);
                    var key = Key(order, document);
                    Assert.Equal(expected < 0, key.AsSpan().SequenceCompareTo(before) < 0);
                    Assert.Equal(expected <= 0, key.AsSpan().SequenceCompareTo(after) < 0);
                }
            }
        }
    }

    private static byte[] Key(SortOrder order, JsonElement document) => IndexKey.Of(order, document, timestamp: 0);

    private static SqlValue[] ValuesOf(JsonElement document) =>
        [.. new[] { "a", "b" }.Select(name => SqlValue.Of(new JsonPath(name).In(document)).ForIndex())];

    private static JsonElement Document(string a, string b)
    {
        var members = new[] { (Name: "a", Value: a), (Name: "b", Value: b) }.Where(member => member.Value != "undefined");
        return JsonElement.Parse("{" + string.Join(',', members.Select(member => $"\"{member.Name}\":{member.Value}")) + "}");
    }
}
