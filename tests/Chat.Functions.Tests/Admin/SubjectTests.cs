using Chat.Admin.DeadLetters;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Functions.Tests.Admin;

public class SubjectTests
{
    [Theory]
    [InlineData("""{"conversationId":"aaaaaaaaaaaaaaaaaaaaaa","first":3,"last":9,"sweep":1}""", "aaaaaaaaaaaaaaaaaaaaaa", "3-9")]
    [InlineData("""{"conversationId":"aaaaaaaaaaaaaaaaaaaaaa","senderId":"alice","messageId":"b"}""", "aaaaaaaaaaaaaaaaaaaaaa", null)]
    [InlineData("""{"conversationId":"Meet me at eight","first":1}""", null, null)]
    [InlineData("""{"conversationId":"aaaaaaaaaaaaaaaaaaaaaa","conversationId":"aaaaaaaaaaaaaaaaaaaaaa","first":{}}""", null, null)]
    [InlineData("""{"first":1e400}""", null, null)]
    [InlineData("null", null, null)]
    [InlineData("[1]", null, null)]
    [InlineData("", null, null)]
    public void Says_what_a_message_is_about_where_that_is_an_id_and_numbers(string body, string? conversation, string? entries)
    {
        var subject = Subject.Of(BinaryData.FromString(body));
        Assert.Equal((conversation, entries), (subject.Conversation, subject.Entries));
    }

    [Fact]
    public void Reads_any_bytes_at_all() =>
        Prop.ForAll(
            Gen.Choose(0, 255).ArrayOf().ToArbitrary(),
            bytes => Subject.Of(BinaryData.FromBytes(bytes.Select(value => (byte)value).ToArray())) is { Conversation: null, Entries: null }
                && Subject.Of(BinaryData.FromBytes(
                    [.. "{\"conversationId\":\""u8, .. bytes.Select(value => (byte)value), .. "\"}"u8])).Entries is null)
                    .QuickCheckThrowOnFailure();
}
