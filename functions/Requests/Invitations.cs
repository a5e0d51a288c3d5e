using Chat.Functions.Conversations;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;

namespace Chat.Functions.Requests;

/// <summary>Invites users to a group who may not be added without being asked: they have it among their requests.</summary>
public sealed class Invitations(ConversationLog log, ContactRequests requests, Limits limits)
{
    private const int MaxParallel = 8;

    /// <summary>Invites users, as many as fit into a commit at a time. Idempotent.</summary>
    /// <param name="by">Who invites.</param>
    /// <param name="conversation">The group.</param>
    /// <param name="users">Who is invited.</param>
    /// <param name="isFirst">Whether only those are who never had anything to do with the group.</param>
    /// <param name="session">What the caller has seen.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<AppendResult> InviteAsync(
        UserId by,
        ConversationId conversation,
        IReadOnlyList<UserId> users,
        bool isFirst,
        Session? session,
        CancellationToken cancellationToken)
    {
        AppendResult? invited = null;
        foreach (var part in users.Chunk(CreateConversationCommand.MaxFirstMembers))
        {
            // Noted before it is committed: a note without an invitation shows nothing.
            await Each.TryAsync(part, MaxParallel, (user, cancel) => requests.NoteAsync(user, conversation, by, cancel), cancellationToken);
            var command = new InviteMembersCommand
            {
                Actor = by,
                Conversation = conversation,
                Users = part,
                IsFirst = isFirst,
                Window = limits.RequestWindow,
            };
            invited = await log.AppendFurtherAsync(conversation, command, session, cancellationToken);
            if (invited.Refusal is not null)
            {
                return invited;
            }

            await Each.TryAsync(
                invited.Documents.OfType<Member>(),
                MaxParallel,
                (member, cancel) => requests.TellAsync(member.UserId, invited.Head!, by, cancel),
                cancellationToken);
        }

        return invited!;
    }
}

/// <summary>Invites users to a group. Without an entry: members see them in the list of members, and nobody is told but they.</summary>
internal sealed record InviteMembersCommand : MemberCommand
{
    /// <summary>At most <see cref="CreateConversationCommand.MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<UserId> Users { get; init; }

    public required bool IsFirst { get; init; }

    /// <summary>How long somebody who declined isn't invited again.</summary>
    public required TimeSpan Window { get; init; }

    public override IReadOnlyList<string> DocumentsToLoad => [.. Users.Select(Member.DocumentId)];

    protected override Right Needed => Right.AddMembers;

    protected override Decision Decide(in DecisionContext context, Head head, HeadMember actor)
    {
        var (documentOf, now) = (context.DocumentOf, context.Now);
        var invited = Users.Select(user => Invited(user, documentOf(Member.DocumentId(user)) as Member, now)).OfType<Member>().ToList();
        return invited.Count == 0 ? Decision.Nothing(head) : Decision.WithoutEntry(head, [.. invited]);
    }

    /// <summary>The user's document after this; null to leave it.</summary>
    private Member? Invited(UserId user, Member? before, DateTimeOffset now) => before switch
    {
        null => new Member
        {
            ConversationId = Conversation,
            UserId = user,
            Role = MemberRole.Member,
            State = MemberState.Invited,
            InvitedBy = Actor,
            InvitedAt = now,
        },
        _ when IsFirst => null,
        { State: MemberState.Active or MemberState.Requested } => null,
        { IsInvited: true } => null,
        { State: MemberState.Invited } when before.InvitedAt + Window > now => null,
        _ => before with { State = MemberState.Invited, InvitedBy = Actor, InvitedAt = now, IsDeclined = false },
    };
}
