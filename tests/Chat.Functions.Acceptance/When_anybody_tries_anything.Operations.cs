using System.Collections.Frozen;
using System.Globalization;
using Chat.Functions.Acceptance.Harness;
using Chat.Functions.Collections;
using Chat.Functions.Conversations;
using Chat.Functions.Events;
using Chat.Functions.Inbox;
using Chat.Functions.Invites;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Pins;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;
using Chat.Functions.Receipts;
using Chat.Functions.Scheduled;
using Chat.Functions.Streaks;
using Chat.Functions.Threads;
using Chat.Functions.Typing;

namespace Chat.Functions.Acceptance;

/// <content>How to do each of the operations.</content>
public partial class When_anybody_tries_anything
{
    private const string NoConversation = "aaaaaaaaaaaaaaaaaaaaaa";

    private static readonly FrozenDictionary<string, Operation> Operations = new Dictionary<string, Operation>(StringComparer.Ordinal)
    {
        ["see the conversation"] = Read(nameof(GetConversation), ""),
        ["change title, description, picture, history, joining or visibility"] = Change(nameof(UpdateConversation), "PATCH", "") with
        {
            Body = title => new { title },
            About = (_, _) => Task.FromResult(TriedConversation.NewName()),
            Already = (scene, _) => scene.TitleAsync(),
        },
        ["change how long messages stay"] = Change(nameof(UpdateConversation), "PATCH", "") with
        {
            Body = seconds => new { messageTtl = int.Parse(seconds, CultureInfo.InvariantCulture) },
            About = (_, _) => Task.FromResult($"{86_400 + TriedConversation.NewNumber()}"),
            Already = (scene, _) => scene.MessageTtlAsync(),
        },
        ["delete the conversation"] = Change(nameof(DeleteConversation), "DELETE", "") with { IsLast = true },
        ["list members"] = Read(nameof(ListMembers), "/members"),
        ["add members"] = Change(nameof(AddMembers), "POST", "/members") with
        {
            Body = name => new { members = new[] { name } },
            About = (_, _) => Task.FromResult(TriedConversation.NewName()),
            Already = (scene, person) => scene.MemberAsync(person),
        },
        ["change a role"] = Change(nameof(ChangeRole), "PATCH", "/members/{0}") with
        {
            Body = _ => new { role = "admin" },
            About = (scene, person) => scene.MemberAsync(person),
            Already = (scene, person) => scene.AfterAsync(
                scene.MemberAsync(person), scene.Owner, "PATCH", "/members/{0}", new { role = "admin" }),
        },
        ["hand over"] = Change(nameof(ChangeOwner), "POST", "/owner") with
        {
            Body = userId => new { userId },
            About = (scene, person) => scene.MemberAsync(person),
            Already = (scene, person) => scene.OwnerAsync(person),
            IsLast = true,
        },
        ["remove a member"] = Change(nameof(RemoveMember), "DELETE", "/members/{0}") with
        {
            About = (scene, person) => scene.MemberAsync(person),
            Already = (_, _) => Task.FromResult(TriedConversation.NewName()),
        },
        ["remove an admin"] = Change(nameof(RemoveMember), "DELETE", "/members/{0}") with
        {
            About = (scene, person) => scene.AdminAsync(person),
        },
        ["remove the owner"] = Change(nameof(RemoveMember), "DELETE", "/members/{0}") with
        {
            About = (scene, person) => scene.OwnerAsync(person),
        },
        ["leave"] = Change(nameof(RemoveMember), "DELETE", "/members/{0}") with
        {
            About = (scene, person) => scene.SelfAsync(person),
            IsLast = true,
        },
        ["list invite links"] = Read(nameof(ListInviteLinks), "/invite-links"),
        ["make an invite link"] = Change(nameof(CreateInviteLink), "POST", "/invite-links") with { Body = _ => new { } },
        ["delete an invite link"] = Change(nameof(DeleteInviteLink), "DELETE", "/invite-links/{0}") with
        {
            About = (scene, person) => scene.LinkAsync(person),
            Already = (scene, person) => scene.AfterAsync(scene.LinkAsync(person), scene.Owner, "DELETE", "/invite-links/{0}"),
        },
        ["list join requests"] = Read(nameof(ListJoinRequests), "/join-requests"),
        ["approve a join request"] = Change(nameof(ApproveJoinRequest), "POST", "/join-requests/{0}/approve") with
        {
            About = (scene, person) => scene.RequestAsync(person),
            Already = (scene, person) => scene.AfterAsync(scene.RequestAsync(person), scene.Owner, "POST", "/join-requests/{0}/approve"),
        },
        ["reject a join request"] = Change(nameof(RejectJoinRequest), "POST", "/join-requests/{0}/reject") with
        {
            About = (scene, person) => scene.RequestAsync(person),
            Already = (scene, person) => scene.AfterAsync(scene.RequestAsync(person), scene.Owner, "POST", "/join-requests/{0}/reject"),
        },
        ["mute, pin, archive or draft for oneself"] = Change(nameof(ChangePreferences), "PATCH", "/preferences") with
        {
            Body = _ => new { draft = new { text = TriedConversation.NewName() } },
            Effect = Effect.Own,
        },
        ["clear for oneself"] = Change(nameof(ClearConversation), "POST", "/clear") with { Body = _ => new { seq = 1 } },
        ["mark as unread"] = Change(nameof(MarkUnread), "POST", "/unread") with { Effect = Effect.Own },
        ["mark as read"] = Change(nameof(MarkRead), "PUT", "/read") with { Body = _ => new { seq = 2 } },
        ["mark as received"] = Change(nameof(MarkDelivered), "PUT", "/delivered") with
        {
            Body = _ => new { seq = 2 },
            WhereBlocked = Effect.None,
        },
        ["see receipts"] = Read(nameof(ListReceipts), "/receipts"),
        ["show typing"] = Change(nameof(SendTyping), "POST", "/typing") with { Body = _ => new { typing = true }, Effect = Effect.None },
        ["read messages"] = Read(nameof(ListMessages), "/messages"),
        ["read the log"] = Read(nameof(ListEvents), "/events"),
        ["read a message"] = Read(nameof(GetMessage), "/messages/{0}") with { About = (scene, person) => scene.AnothersAsync(person) },
        ["read what a message said before"] = Read(nameof(ListRevisions), "/messages/{0}/revisions") with { About = Anothers },
        ["read a thread"] = Read(nameof(ListReplies), "/messages/{0}/replies") with { About = Anothers },
        ["send a message"] = Change(nameof(SendMessage), "POST", "/messages") with
        {
            Body = id => new { clientMessageId = id, text = "Mine" },
            About = (_, _) => Task.FromResult(TriedConversation.NewName()),
            Already = (scene, person) => scene.SaidAsync(person),
        },
        ["send a batch"] = Change(nameof(SendBatch), "POST", "/messages/batch") with
        {
            Body = _ => new { messages = new[] { TriedConversation.Text(), TriedConversation.Text() } },
        },
        ["mention everyone"] = Change(nameof(SendMessage), "POST", "/messages") with
        {
            Body = _ => new { clientMessageId = TriedConversation.NewName(), text = "All!", mentionsAll = true },
        },
        ["forward a message"] = Change(nameof(ForwardMessage), "POST", "/messages/{0}/forward") with
        {
            Body = _ => new { clientMessageId = TriedConversation.NewName(), to = new[] { NoConversation } },
            About = (scene, person) => scene.OldAsync(person),
            Effect = Effect.None,
        },
        ["edit one's own message"] = Change(nameof(EditMessage), "PATCH", "/messages/{0}") with
        {
            Body = _ => new { text = "Edited" },
            About = (scene, person) => scene.OwnAsync(person),
            Already = (scene, person) => scene.AfterAsync(
                scene.OwnAsync(person), person, "PATCH", "/messages/{0}", new { text = "Edited" }),
            Impossible = (scene, person) => scene.TakenBackAsync(scene.OwnAsync(person), person),
        },
        ["edit another's message"] = Change(nameof(EditMessage), "PATCH", "/messages/{0}") with
        {
            Body = _ => new { text = "Edited" },
            About = (scene, person) => scene.AnothersAsync(person),
            Already = (scene, person) => scene.EditedAsync(person),
            Impossible = (scene, person) => scene.TakenBackAsync(person),
        },
        ["take back one's own message"] = Change(nameof(UnsendMessage), "DELETE", "/messages/{0}") with
        {
            About = (scene, person) => scene.OwnAsync(person),
            Already = (scene, person) => scene.TakenBackAsync(scene.OwnAsync(person), person),
        },
        ["take back another's message"] = Change(nameof(UnsendMessage), "DELETE", "/messages/{0}") with
        {
            About = (scene, person) => scene.AnothersAsync(person),
            Already = (scene, person) => scene.TakenBackAsync(person),
        },
        ["delete a message for oneself"] = Change(nameof(UnsendMessage), "DELETE", "/messages/{0}?scope=me") with
        {
            About = (scene, person) => scene.AnothersAsync(person),
            Already = (scene, person) => scene.AfterAsync(scene.AnothersAsync(person), person, "DELETE", "/messages/{0}?scope=me"),
        },
        ["react"] = Change(nameof(AddReaction), "PUT", "/messages/{0}/reactions/:new:") with
        {
            About = (scene, person) => scene.AnothersAsync(person),
            Already = (scene, person) => scene.AfterAsync(scene.AnothersAsync(person), person, "PUT", "/messages/{0}/reactions/:new:"),
            Impossible = (scene, person) => scene.TakenBackAsync(person),
        },
        ["take a reaction back"] = Change(nameof(RemoveReaction), "DELETE", "/messages/{0}/reactions/:old:") with
        {
            About = (scene, person) => scene.ReactedAsync(person),
            Already = (scene, person) => scene.AnothersAsync(person),
        },
        ["see who reacted"] = Read(nameof(ListReactions), "/messages/{0}/reactions") with { About = Anothers },
        ["vote"] = Change(nameof(VoteInPoll), "PUT", "/messages/{0}/vote") with
        {
            Body = _ => new { options = new[] { 1 } },
            About = (scene, person) => scene.PollAsync(person),
            Already = (scene, person) => scene.AfterAsync(
                scene.PollAsync(person), person, "PUT", "/messages/{0}/vote", new { options = new[] { 1 } }),
            Impossible = (scene, person) => scene.TakenBackAsync(person),
        },
        ["pin a message"] = Change(nameof(PinMessage), "PUT", "/messages/{0}/pin") with
        {
            About = (scene, person) => scene.AnothersAsync(person),
            Already = (scene, person) => scene.PinnedAsync(person),
            Impossible = (scene, person) => scene.TakenBackAsync(person),
        },
        ["unpin a message"] = Change(nameof(UnpinMessage), "DELETE", "/messages/{0}/pin") with
        {
            About = (scene, person) => scene.PinnedAsync(person),
            Already = (scene, person) => scene.AnothersAsync(person),
        },
        ["see pins"] = Read(nameof(ListPins), "/pins"),
        ["see the streak"] = Read(nameof(GetStreak), "/streak"),
        ["turn the streak off"] = Change(nameof(ChangeStreak), "PUT", "/streak") with { Body = _ => new { enabled = false } },
        ["restore the streak"] = Change(nameof(RestoreStreak), "POST", "/streak/restore"),
        ["see collections"] = Read(nameof(ListCollections), "/collections"),
        ["make or name a collection"] = Change(nameof(PutCollection), "PUT", "/collections/{0}") with
        {
            Body = title => new { title },
            About = (_, _) => Task.FromResult(TriedConversation.NewName()),
            Already = (scene, person) => scene.CollectionAsync(person),
        },
        ["delete another's collection"] = Change(nameof(DeleteCollection), "DELETE", "/collections/{0}") with
        {
            About = (scene, person) => scene.AnothersCollectionAsync(person),
        },
        ["see what is in a collection"] = Read(nameof(ListCollectionItems), "/collections/{0}/items") with
        {
            About = (scene, person) => scene.AnothersCollectionAsync(person),
        },
        ["add to a collection"] = Change(nameof(PlaceCollectionItem), "PUT", "/collections/{0}") with
        {
            Body = _ => new { },
            About = (scene, person) => scene.CollectableAsync(person),
            Already = (scene, person) => scene.CollectedAsync(person),
        },
        ["take out of a collection"] = Change(nameof(RemoveCollectionItem), "DELETE", "/collections/{0}") with
        {
            About = (scene, person) => scene.CollectedAsync(person),
            Already = (scene, person) => scene.CollectableAsync(person),
        },
        ["see what was shared"] = Read(nameof(ListShared), "/shared?kind=link"),
        ["schedule a message"] = Change(nameof(ScheduleMessage), "POST", "/scheduled") with { Body = _ => TriedConversation.Later() },
        ["list one's scheduled messages"] = Read(nameof(ListScheduled), "/scheduled"),
        ["cancel a scheduled message"] = Change(nameof(CancelScheduled), "DELETE", "/scheduled/{0}") with
        {
            About = (scene, person) => scene.ScheduledAsync(person),
            Already = (scene, person) => scene.AfterAsync(scene.ScheduledAsync(person), person, "DELETE", "/scheduled/{0}"),
        },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static Operation Read(string function, string path) => new(function, "GET", path, Effect.None);

    private static Operation Change(string function, string method, string path) => new(function, method, path, Effect.Conversation);

    private static Task<string> Anothers(TriedConversation scene, Person person) => scene.AnothersAsync(person);

    /// <summary>How to do what a row of the table says.</summary>
    /// <param name="Function">Whose operation it is.</param>
    /// <param name="Path">After the conversation's, with a place for what it is done to.</param>
    private sealed record Operation(string Function, string Method, string Path, Effect Effect)
    {
        /// <summary>The body, when there is one, from what it is done to.</summary>
        public Func<string, object>? Body { get; init; }

        /// <summary>Prepares what a caller does it to.</summary>
        public Func<TriedConversation, Person, Task<string>> About { get; init; } = (_, _) => Task.FromResult("");

        /// <summary>Prepares what it was done to already; null where it does something every time.</summary>
        public Func<TriedConversation, Person, Task<string>>? Already { get; init; }

        /// <summary>Prepares what it can't be done to, whoever tries; null where it always can.</summary>
        public Func<TriedConversation, Person, Task<string>>? Impossible { get; init; }

        /// <summary>What changes where one of two blocks the other, if something else.</summary>
        public Effect? WhereBlocked { get; init; }

        /// <summary>Whether nothing can be tried after it.</summary>
        public bool IsLast { get; init; }

        public Func<TriedConversation, Person, Task<string>>? To(Target target) => target switch
        {
            Target.Usual => About,
            Target.Already => Already,
            _ => Impossible,
        };
    }
}
