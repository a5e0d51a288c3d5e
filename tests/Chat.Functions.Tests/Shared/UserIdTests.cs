using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Shared;

public class UserIdTests
{
    [Theory]
    [InlineData("alice")]
    [InlineData("auth0|507f1f77bcf86cd799439011")]
    [InlineData("google-oauth2|103547991597142817347")]
    [InlineData("waad|abc_DEF-123")]
    [InlineData("me+chat@example.com")]
    [InlineData("urn:example:person:42")]
    [InlineData("3f2504e0-4f89-11d3-9a0c-0305e82c3301")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAMLkPbQ2b9XyZ~a=")]
    [InlineData("...")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("-")]
    public void Takes_what_identity_providers_give(string text) => Assert.True(UserId.TryParse(text, out var user) && user.Value == text);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a?b")]
    [InlineData("a#b")]
    [InlineData("a%2e")]
    [InlineData("a,b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("é")]
    public void Refuses_what_an_address_or_a_document_id_cannot_hold(string? text) => Assert.False(UserId.TryParse(text, out _));

    [Fact]
    public void Takes_at_most_128_characters()
    {
        Assert.True(UserId.TryParse(new string('a', 128), out _));
        Assert.False(UserId.TryParse(new string('a', 129), out _));
    }

    /// <summary>Whatever characters an id has, no HTTP client turns the address of something of theirs into another.</summary>
    [Fact]
    public void Stays_itself_in_an_address()
    {
        const string Characters = "Aa0._~-|@:+=";
        var random = new Random(20261128);
        foreach (var _ in Enumerable.Range(0, 10_000))
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Characters[random.Next(Characters.Length)]));
            if (UserId.TryParse(text, out var user))
            {
                var address = $"https://example.com/users/{Uri.EscapeDataString(user.Value)}/:send";
                Assert.Equal(address, new Uri(address).AbsoluteUri);
                Assert.Equal(user.Value, Uri.UnescapeDataString(new Uri(address).Segments[2].TrimEnd('/')));
            }
        }
    }
}
