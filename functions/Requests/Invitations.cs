using System.Collections.Concurrent;
using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Requests;

/// <summary>Invites users to a group who may not be added without being asked: they have it among their requests.</summary>
public sealed class Invitations(
    ConversationLog log,
    ContactRequests requests,
    ChatContainers containers,
    TimeProvider time,
    Limits limits)
{
    private const int MaxParallel = 8;

    /// <summary>Invites users, as many as fit into a commit at a time. Idempotent.</summary>
    /// <param name="by">Who invites.</param>
    /// <param name="conversation">The group.</param>
    /// <param name="users">Who is invited.</param>
    /// <param name="silentlyDeclined">To whom of them it isn't shown. All else is the same, so that the inviter doesn't notice.</param>
    /// <param name="title">The group's title.</param>
    /// <param name="isFirst">Whether only those are who never had anything to do with the group.</param>
    /// <param name="session">What the caller has seen.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<AppendResult> InviteAsync(
        UserId by,
        ConversationId conversation,
        IReadOnlyList<UserId> users,
        IReadOnlyCollection<UserId> silentlyDeclined,
        string? title,
        bool isFirst,
        Session? session,
        CancellationToken cancellationToken)
    {
        AppendResult? invited = null;
        foreach (var part in users.Chunk(CreateConversationCommand.MaxFirstMembers))
        {
            var command = new InviteMembersCommand
            {
                Actor = by,
                Conversation = conversation,
                Users = part,
                SilentlyDeclined = silentlyDeclined,
                IsFirst = isFirst,
                Window = limits.RequestWindow,
            };
            command = command with { Users = await InvitableAsync(command, session, cancellationToken) };

            // Noted before it is committed: a note without an invitation shows nothing.
            var quiet = new ConcurrentBag<UserId>();
            await Each.TryAsync(
                command.Users,
                MaxParallel,
                async (user, cancel) =>
                {
                    if (await requests.NoteAsync(user, conversation, by, title, cancel))
                    {
                        quiet.Add(user);
                    }
                },
                cancellationToken);
            invited = await log.AppendFurtherAsync(conversation, command, session, cancellationToken);
            if (invited.Refusal is not null)
            {
                return invited;
            }

            await Each.TryAsync(
                invited.Documents.OfType<Member>().Where(member => member.IsInvited && !quiet.Contains(member.UserId)),
                MaxParallel,
                (member, cancel) => requests.TellAsync(member.UserId, invited.Head!, by, invited.Session, cancel),
                cancellationToken);
        }

        return invited!;
    }

    /// <summary>The users to invite. The others are skipped, so that a request that waits keeps its place in its user's list.</summary>
    private async Task<IReadOnlyList<UserId>> InvitableAsync(
        InviteMembersCommand command,
        Session? session,
        CancellationToken cancellationToken)
    {
        var known = (await containers.Conversations.ReadDocumentsAsync(
            command.DocumentsToLoad,
            command.Conversation,
            ChatJson.Default.DocumentsPageMember,
            session,
            cancellationToken)).ToDictionary(member => member.UserId);
        var now = time.GetUtcNow();
        return [.. command.Users.Where(user => command.Invites(known.GetValueOrDefault(user), now))];
    }
}

/// <summary>Invites users to a group. Without an entry: members see them in the list of members, and nobody is told but they.</summary>
internal sealed record InviteMembersCommand : MemberCommand
{
    /// <summary>At most <see cref="CreateConversationCommand.MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<UserId> Users { get; init; }

    /// <summary>Whose invitation is declined from the start.</summary>
    public required IReadOnlyCollection<UserId> SilentlyDeclined { get; init; }

    public required bool IsFirst { get; init; }

    /// <summary>How long somebody who was invited isn't invited again, even if they were removed since.</summary>
    public required TimeSpan Window { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [.. Users.Select(Member.DocumentId)];

    protected override Right Needed => Right.AddMembers;

    /// <summary>Whether a user is invited who has this document; false to leave them as they are.</summary>
    public bool Invites(Member? before, DateTimeOffset now) => before is null
        || (!IsFirst
            && before is { State: not (MemberState.Active or MemberState.Requested), IsInvited: false }
            && !(before.InvitedAt + Window > now));

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var (documentOf, now) = (context.DocumentOf, context.Now);
        var invited = Users
            .Select(user => (User: user, Before: documentOf(Member.DocumentId(user)) as Member))
            .Where(one => Invites(one.Before, now))
            .Select(one => Invited(one.User, one.Before, now))
            .ToList();
        return invited.Count == 0 ? Decision.Unchanged(head) : Decision.WithoutEntry(head, [.. invited]);
    }

    private Member Invited(UserId user, Member? before, DateTimeOffset now)
    {
        before ??= new Member
        {
            ConversationId = Conversation,
            UserId = user,
            Role = MemberRole.Member,
            State = MemberState.Invited,
        };
        return before with
        {
            State = MemberState.Invited,
            InvitedBy = Actor,
            InvitedAt = now,
            IsDeclined = SilentlyDeclined.Contains(user),
        };
    }
}
