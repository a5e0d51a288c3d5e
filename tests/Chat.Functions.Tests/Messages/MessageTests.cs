using System.Reflection;
using Chat.Functions.Cards;
using Chat.Functions.Media;
using Chat.Functions.Messages;
using Chat.Functions.Reactions;
using Chat.Functions.Shared;
using Xunit;

namespace Chat.Functions.Tests.Messages;

/// <summary>Every property of a message is in one of the three lists. A new one that isn't in one makes these tests fail.</summary>
public class MessageTests
{
    /// <summary>What its sender says: withheld while the message is held, and gone once it is taken back.</summary>
    private static readonly string[] Content =
    [
        nameof(Message.Text), nameof(Message.Mentions), nameof(Message.MentionsAll), nameof(Message.Poll), nameof(Message.Attachments),
        nameof(Message.Cards), nameof(Message.Location), nameof(Message.Sticker),
    ];

    /// <summary>What tells of the content, or came to it later. It is gone once the message is taken back.</summary>
    private static readonly string[] AboutContent =
    [
        nameof(Message.Shared), nameof(Message.LinkPreview), nameof(Message.MentionedFirst), nameof(Message.Held), nameof(Message.ReplyTo),
        nameof(Message.Reactions), nameof(Message.Revision), nameof(Message.EditedAt),
    ];

    /// <summary>Its place, and what moderators need. It stays.</summary>
    private static readonly string[] Rest =
    [
        nameof(Message.ConversationId), nameof(Message.MessageId), nameof(Message.Seq), nameof(Message.Ordinal), nameof(Message.Commit),
        nameof(Message.At), nameof(Message.ExpiresAt), nameof(Message.TimeToLive), nameof(Message.SenderId),
        nameof(Message.ClientMessageId), nameof(Message.Kind), nameof(Message.BodyHash), nameof(Message.UpdatedSeq),
        nameof(Message.UnsentAt), nameof(Message.UnsentBy), nameof(Message.UnsentReason), nameof(Message.ThreadId),
        nameof(Message.ThreadOrdinal), nameof(Message.Thread), nameof(Message.Forwarded), nameof(Message.Released), nameof(Message.Flags),
        nameof(Message.WasHeld),
    ];

    private static readonly PropertyInfo[] Stored = [.. typeof(Message).GetProperties().Where(property => property.CanWrite)];

    [Fact]
    public void Every_property_is_content_or_about_content_or_neither() =>
        Assert.Equal(Content.Concat(AboutContent).Concat(Rest).Order(), Stored.Select(property => property.Name).Order());

    [Fact]
    public void A_message_with_everything_has_a_value_of_every_property() =>
        Assert.Empty(Stored.Where(property => IsEmpty(property.GetValue(WithEverything()))).Select(property => property.Name));

    [Fact]
    public void One_that_is_held_says_nothing_and_all_of_it_once_it_is_allowed()
    {
        var sent = WithEverything() with { Held = null };
        var held = sent.AsHeld();

        string[] empty = [.. Content, nameof(Message.Shared)];
        Assert.All(empty, name => Assert.True(IsEmpty(ValueOf(held, name)), name));
        Assert.Equal(Content.Order(), typeof(HeldContent).GetProperties().Where(one => one.CanWrite).Select(one => one.Name).Order());
        Assert.All(Content, name => Assert.Equal(ValueOf(sent, name), ValueOf(held.Held!, name)));
        var allowed = held.WithContent(held.Held!);
        Assert.All(Content, name => Assert.Equal(ValueOf(sent, name), ValueOf(allowed, name)));
        Assert.Equal((null, true), (allowed.Held, allowed.WasHeld));
        Assert.Equal(["media", "card", "link"], allowed.Shared!);
    }

    [Fact]
    public void One_that_is_held_shares_nothing_also_after_a_card_of_it_was_taken_down()
    {
        var held = (WithEverything() with { Held = null }).AsHeld().WithoutCard(Card.KeyOf("video", new ContentId("2")));
        Assert.Null(held.Shared);
    }

    [Fact]
    public void One_that_is_taken_back_keeps_its_place_and_nothing_of_its_content()
    {
        var (sent, by, at) = (WithEverything(), new UserId("alice"), DateTimeOffset.UnixEpoch.AddDays(1));
        var unsent = sent.Unsent(by, null, at);

        Assert.All(Content.Concat(AboutContent), name => Assert.True(IsEmpty(ValueOf(unsent, name)), name));
        string[] changed = [nameof(Message.UnsentAt), nameof(Message.UnsentBy), nameof(Message.UnsentReason), nameof(Message.Released)];
        Assert.All(Rest.Except(changed), name => Assert.Equal(ValueOf(sent, name), ValueOf(unsent, name)));
        Assert.Equal((at, by, null), (unsent.UnsentAt, unsent.UnsentBy, unsent.UnsentReason));
        Assert.Equal(["held", "preview", "before"], unsent.Released!.Select(media => media.Value));
    }

    private static object? ValueOf(object of, string name) => of.GetType().GetProperty(name)!.GetValue(of);

    private static bool IsEmpty(object? value) => value is null or "" or false or 0;

    private static Message WithEverything()
    {
        var (alice, some) = (new UserId("alice"), new MessageId("aaaaaaaaaaaaaaaaaaaaaa"));
        return new Message
        {
            ConversationId = new("c"),
            MessageId = new("bbbbbbbbbbbbbbbbbbbbbb"),
            Seq = 2,
            Ordinal = 1,
            Commit = new("commit", 2, 2),
            At = DateTimeOffset.UnixEpoch,
            ExpiresAt = DateTimeOffset.UnixEpoch.AddHours(1),
            TimeToLive = 3600,
            SenderId = alice,
            ClientMessageId = "1",
            Text = "See https://example.com/",
            BodyHash = "hash",
            UpdatedSeq = 3,
            Revision = 1,
            EditedAt = DateTimeOffset.UnixEpoch,
            UnsentAt = DateTimeOffset.UnixEpoch,
            UnsentBy = alice,
            UnsentReason = Message.ByModerator,
            Reactions = [new(new ReactionKey(":wave:"), 1, [alice])],
            ReplyTo = some,
            ThreadId = some,
            ThreadOrdinal = 1,
            Thread = new(1, DateTimeOffset.UnixEpoch, 3),
            Mentions = [new(alice, 0, 1)],
            MentionedFirst = [alice],
            MentionsAll = true,
            Forwarded = true,
            Poll = new([new("x", 0), new("y", 0)], false, 0),
            Attachments = [File("own")],
            Location = new(1, 2),
            Sticker = new(new StickerPackId("cats"), new StickerId("wave"), "https://example.com/wave", null),
            LinkPreview = new("https://example.com/", "Example") { Image = File("preview") },
            Cards = [new("video", new ContentId("1")) { Title = "One" }, new("video", new ContentId("2")) { Title = "Two" }],
            Shared = ["link"],
            Released = [new("before")],
            Flags = ["list"],
            Held = new("Held") { Attachments = [File("held")] },
            WasHeld = true,
        };
    }

    private static Attachment File(string id) => new(new MediaId(id), "image", MediaState.Ready, "image/jpeg", 1);
}
