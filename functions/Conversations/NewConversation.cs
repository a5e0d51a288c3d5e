using System.Text.Json;
using Chat.Functions.Log;
using Chat.Functions.Shared;

namespace Chat.Functions.Conversations;

/// <summary>The wish to create a conversation under an id. Its first entry carries as many members as fit one commit.</summary>
public sealed record NewConversation : LogCommand
{
    /// <summary>A commit's 100 operations hold the head, the entry and these, with room to spare.</summary>
    public const int MaxFirstMembers = 90;

    public required ConversationId ConversationId { get; init; }

    public required ConversationKind Kind { get; init; }

    public string? Title { get; init; }

    /// <summary>The creator first; at most <see cref="MaxFirstMembers"/>.</summary>
    public required IReadOnlyList<HeadMember> Members { get; init; }

    /// <summary>Who is to join next.</summary>
    public IReadOnlyList<UserId> Further { get; init; } = [];

    /// <summary>What the whole request asked for.</summary>
    public required string RequestHash { get; init; }

    public override string RepeatId => LogEvent.DocumentId(1);

    public override IReadOnlyList<UserId> Concerns => [];

    public override Problem Misused => Problems.IdempotencyKeyReused;

    public override Decision Decide(in DecisionContext context)
    {
        if (context.Head is not null)
        {
            return Decision.Repeat;
        }

        var (commit, now) = (context.Commit, context.Now);
        var head = new Head
        {
            ConversationId = ConversationId,
            Kind = Kind,
            Title = Title,
            CreatedBy = Actor,
            CreatedAt = now,
            LastSeq = 1,
            JoinedSeq = 1,
        };
        var created = new LogEvent
        {
            ConversationId = ConversationId,
            Seq = 1,
            Commit = commit,
            At = now,
            What = LogEvent.ConversationCreated,
            ActorId = Actor,
            Data = JsonSerializer.SerializeToElement(new ConversationCreated(Kind, Title, Actor, Members), ChatJson.Default.ConversationCreated),
            RequestHash = RequestHash,
            Further = Further.Count > 0 ? Further : null,
        };
        return Decision.Append(Membership.Joined(head, Members), created, [.. Members.Select(member => Membership.New(head, member, 1, now))]);
    }

    // A direct conversation is the pair's, whoever asks for it first.
    public override bool Repeats(LogEntry first) =>
        Kind == ConversationKind.Direct || (first is LogEvent created && created.RequestHash == RequestHash);
}
