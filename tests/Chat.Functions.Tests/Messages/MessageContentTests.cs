using Chat.Functions.Messages;
using Chat.Functions.Polls;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Messages;

public class MessageContentTests
{
    private static readonly MessageId Some = new("aaaaaaaaaaaaaaaaaaaaaa");
    private static readonly MessageId Other = new("bbbbbbbbbbbbbbbbbbbbbb");

    [Fact]
    public void Has_another_hash_whenever_anything_differs()
    {
        MessageContent[] contents =
        [
            new() { Text = "a" },
            new() { Text = "b" },
            new() { Text = "a", ReplyTo = Some },
            new() { Text = "a", ThreadId = Some },
            new() { Text = "a", ThreadId = Other },
            new() { Text = "a", MentionsAll = true },
            new() { Text = "a", Mentions = [new(new UserId("bob"), 0, 1)] },
            new() { Text = "a", Poll = new([new("x", 0), new("y", 0)], false, 0) },
            new() { Text = "a", Poll = new([new("x", 0), new("y", 0)], true, 0) },
            new() { Text = "a", ForwardedFrom = Some },
            new() { Text = "a", ForwardedFrom = Other },
        ];
        Assert.Equal(contents.Length, contents.Select(content => content.Hash).Distinct().Count());
    }

    [Fact]
    public void Has_the_same_hash_for_the_same_content_and_for_what_is_forwarded_again_after_an_edit()
    {
        Assert.Equal(Content().Hash, Content().Hash);
        Assert.Equal(
            new MessageContent { Text = "a", ForwardedFrom = Some }.Hash,
            new MessageContent { Text = "b", ForwardedFrom = Some }.Hash);

        static MessageContent Content() =>
            new() { Text = "a", ReplyTo = Some, Mentions = [new(new UserId("bob"), 0, 1)], Poll = new Poll([new("x", 0)], true, 0) };
    }
}
