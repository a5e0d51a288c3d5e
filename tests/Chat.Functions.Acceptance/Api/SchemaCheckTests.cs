using System.Text.Json;
using Xunit;

namespace Chat.Functions.Acceptance.Api;

public class SchemaCheckTests
{
    [Theory]
    [InlineData("""{"type":"number","minimum":-90,"maximum":90}""", "1.5", "90.001", "-91", "\"2\"")]
    [InlineData("""{"type":"integer","format":"int64","minimum":1,"maximum":3}""", "3", "4", "0", "1.5", "\"2\"", "9223372036854775808")]
    [InlineData("""{"type":["string","null"],"minLength":1,"maxLength":2}""", "\"👍👍\"", "\"\"", "\"abc\"", "1")]
    [InlineData("""{"pattern":"^[a-z]+$"}""", "\"a\"", "\"a\\n\"", "\"aB\"")]
    [InlineData("""{"type":"string","format":"date-time"}""", "\"2026-01-31T09:30:00.000Z\"", "\"yesterday\"")]
    [InlineData(
        """{"type":"array","items":{"type":"boolean"},"minItems":1,"maxItems":2}""", "[true,false]", "[]", "[true,1]", "[true,true,true]",
        "{}")]
    [InlineData("""{"enum":["a","b"]}""", "\"b\"", "\"c\"", "null")]
    [InlineData("""{"const":1}""", "1", "2", "\"1\"")]
    [InlineData(
        """{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}""", """{"a":"x"}""", "{}", """{"a":1}""",
        """{"a":"x","b":1}""", "[]")]
    [InlineData("""{"type":"object","additionalProperties":{"type":"string"}}""", """{"a":"x","b":"y"}""", """{"a":1}""")]
    [InlineData(
        """{"allOf":[{"properties":{"a":{"type":"object"}}},{"properties":{"a":{"properties":{"b":{"const":1}}}}}]}""", """{"a":{"b":1}}""",
        """{"a":{"b":2}}""", """{"a":{"c":1}}""")]
    [InlineData(
        """{"oneOf":[{"required":["a"],"properties":{"a":true}},{"required":["b"],"properties":{"b":{"type":"null"}}}]}""",
        """{"a":[{"any":1}]}""", "{}", """{"a":1,"b":null}""", """{"b":1}""")]
    public void Tells_what_a_schema_allows_from_what_it_does_not(string schema, string right, params string[] wrong)
    {
        Assert.Empty(SchemaCheck.Strictly(Json(schema), Json(right)));
        Assert.All(wrong, value => Assert.NotEmpty(SchemaCheck.Strictly(Json(schema), Json(value))));
    }

    [Fact]
    public void Lets_requests_say_more_than_is_documented() =>
        Assert.True(SchemaCheck.Allows(Json("""{"properties":{}}"""), Json("""{"more":1}""")));

    [Theory]
    [InlineData("""{"maxProperties":1}""")]
    [InlineData("""{"type":"float"}""")]
    [InlineData("""{"format":"email"}""")]
    public void Refuses_to_pass_over_what_it_does_not_know(string schema) =>
        Assert.Throws<NotSupportedException>(() => SchemaCheck.Allows(Json(schema), Json("1")));

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
