using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Shared;

public class MessageIdTests
{
    private static readonly MessageId Key = MessageId.For(new ConversationId("c"), new UserId("alice"), "1");

    [Fact]
    public void Should_name_another_message_at_another_place_and_have_the_same_key()
    {
        Assert.Equal(3, new[] { Key, Key.At(2), Key.At(12) }.Distinct().Count());
        Assert.Equal([Key.Value], new[] { Key, Key.At(2), Key.At(12) }.Select(id => id.Key).Distinct());
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("1", true)]
    [InlineData("9007199254740991", true)]
    [InlineData("0", false)]
    [InlineData("07", false)]
    [InlineData("-7", false)]
    [InlineData("7x", false)]
    [InlineData("٧", false)]
    [InlineData("10000000000000000", false)]
    public void Should_be_a_key_and_a_place_or_none(string place, bool isOne)
    {
        Assert.Equal(isOne, MessageId.TryParse(Key.Value + place, out _));
        Assert.False(MessageId.TryParse($"/{Key.Value[1..]}{place}", out _));
    }
}
