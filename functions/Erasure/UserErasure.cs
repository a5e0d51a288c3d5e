using System.Text.Json.Serialization;
using Chat.Functions.Shared;

namespace Chat.Functions.Erasure;

/// <summary>How far a user's erasure is.</summary>
public enum ErasureState
{
    /// <summary>It can still be cancelled.</summary>
    Waiting,
    Erasing,

    /// <summary>A pass over everything found nothing more to erase.</summary>
    Done,
}

/// <summary>What a pass over everything looks for, in this order.</summary>
public enum ErasurePhase
{
    /// <summary>Refuses the user's calls, closes their connections and empties what is known of them.</summary>
    Account,

    /// <summary>Messages, reactions, votes and memberships.</summary>
    Conversations,

    /// <summary>Channels that they follow.</summary>
    Channels,

    /// <summary>Responses to channels' posts.</summary>
    Responses,

    /// <summary>What others' partitions hold about them.</summary>
    Others,

    /// <summary>Their own partition.</summary>
    Own,

    /// <summary>Nothing: the pass is over.</summary>
    None,
}

/// <summary>
/// The erasure of a user, in their partition. It stays as the certificate of it. Each step of the work ends in a write of this document
/// under its ETag, so that a step which was broken off is done again, and what it counted is counted once.
/// </summary>
public sealed record UserErasure
{
    /// <summary>The document's id in every user's partition.</summary>
    public const string DocumentId = "erasure";

    [JsonPropertyOrder(-2)]
    public string Type => "erasure";

    [JsonPropertyOrder(-1)]
    public string Id => DocumentId;

    public required UserId UserId { get; init; }

    public required ErasureState State { get; init; }

    public required DateTimeOffset RequestedAt { get; init; }

    /// <summary>When it begins.</summary>
    public required DateTimeOffset DueAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>Before which there is nothing to do: when it is due, or the next pass begins. Null during a pass.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>The chain of queue messages that does the pass. Another that comes meanwhile ends.</summary>
    public string Chain { get; init; } = "";

    /// <summary>The passes that were begun.</summary>
    public int Pass { get; init; }

    /// <summary>Whether this pass found something of theirs where others see it. Then there is another.</summary>
    public bool HasFound { get; init; }

    public ErasurePhase Phase { get; init; }

    /// <summary>Where the phase's query goes on; null at its beginning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Continuation { get; init; }

    /// <summary>How far the conversation at hand is; null at its beginning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LogRange? Left { get; init; }

    /// <summary>The conversations, of this pass, that they were in, were invited to, or commented in.</summary>
    public int Conversations { get; init; }

    /// <summary>The messages that this pass found erased, or erased.</summary>
    public int Messages { get; init; }

    /// <summary>The files that those messages referred to.</summary>
    public int Files { get; init; }

    /// <summary>The erasure at the beginning of a pass.</summary>
    public UserErasure BeginPass(string chain) => this with
    {
        Chain = chain,
        State = ErasureState.Erasing,
        NextAt = null,
        Pass = Pass + 1,
        HasFound = false,
        Phase = ErasurePhase.Account,
        Continuation = null,
        Left = null,
        Conversations = 0,
        Messages = 0,
        Files = 0,
    };

    /// <summary>The erasure after a page of the phase's query; after its last one, at the beginning of the next phase.</summary>
    public UserErasure After(bool hasFound, string? continuation) => this with
    {
        HasFound = HasFound || hasFound,
        Phase = continuation is null ? Phase + 1 : Phase,
        Continuation = continuation,
        Left = null,
    };
}

/// <summary>The part of a conversation's log that is still to be looked at.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Next">Where the query for conversations goes on after it; null after the last.</param>
/// <param name="After">The <c>seq</c> before its first entry.</param>
/// <param name="End">Its last <c>seq</c>, as of when the conversation was begun: what the erasure appends holds nothing of theirs.</param>
public sealed record LogRange(ConversationId Conversation, string? Next, long After, long End);

/// <summary>An erasure as the host app sees it.</summary>
/// <param name="Conversations">
/// Those that they were in, were invited to, or commented in; null until it is done, as are the next two.
/// </param>
/// <param name="Messages">The messages that were erased.</param>
/// <param name="Files">The files that those messages referred to.</param>
internal sealed record ErasureView(
    UserId UserId,
    ErasureState State,
    DateTimeOffset RequestedAt,
    DateTimeOffset DueAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? DoneAt,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Conversations,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Messages,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Files)
{
    public static ErasureView Of(UserErasure erasure)
    {
        var isDone = erasure.State == ErasureState.Done;
        return new(
            erasure.UserId,
            erasure.State,
            erasure.RequestedAt,
            erasure.DueAt,
            erasure.DoneAt,
            isDone ? erasure.Conversations : null,
            isDone ? erasure.Messages : null,
            isDone ? erasure.Files : null);
    }
}
