using Chat.Functions.Channels;
using Chat.Functions.Moderation;
using Chat.Functions.People;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Chat.Functions.Standings;
using Microsoft.Azure.Cosmos;
using Microsoft.Extensions.Logging;

namespace Chat.Functions.Erasure;

/// <summary>Does the work of a user's erasure, step by step.</summary>
/// <remarks>
/// A pass looks for everything there is of the user. What is written while it runs, such as by an instance that doesn't know of it yet, is
/// found by the next pass, an hour later: there are two at least. The pass that finds nothing is the last, and its counts are the
/// certificate's. Every step can be done again. What others' documents and the log say of who did something names the user by id; that
/// stays.
/// </remarks>
public sealed class ErasureProgress(
    ErasureStore store,
    ConversationErasure conversations,
    ChatContainers containers,
    SubscriptionStore subscriptions,
    PostResponses responses,
    PersonStore people,
    NamesPush names,
    StandingStore standings,
    KeepingOut keepingOut,
    ModerationQueue queue,
    TimeProvider time,
    ILogger<ErasureProgress> logger)
{
    /// <summary>Longer than any address is good by which a file may come, and than connections are closed again and again.</summary>
    public static readonly TimeSpan BetweenPasses = TimeSpan.FromMinutes(70);

    /// <summary>How long the user's calls are refused: by then tokens from before should be over.</summary>
    public static readonly TimeSpan RefusedFor = TimeSpan.FromDays(30);

    /// <summary>How long one queue message goes on: what else the queue has, such as bans, doesn't wait longer for it.</summary>
    private static readonly TimeSpan TimeBudget = TimeSpan.FromSeconds(10);

    /// <summary>How far another instance's clock may be behind.</summary>
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(1);

    private const int Page = 50;
    private const int MaxParallel = 8;

    /// <summary>The case under which an erasure bans its user. No real case has this id, which is shorter than theirs.</summary>
    private static readonly CaseId Cause = new("erasure");

    /// <summary>Goes on for a while, and has a further message go on if that isn't the end.</summary>
    public async Task GoOnAsync(ContinueErasure message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        var (user, began) = (message.UserId, time.GetUtcNow());
        do
        {
            var (erasure, etag) = await store.ReadAsync(user, cancellationToken);
            if (erasure is not { State: not ErasureState.Done } || (erasure.NextAt is null && erasure.Chain != message.Chain))
            {
                return;
            }

            var now = time.GetUtcNow();
            if (erasure.NextAt is { } next && now < next)
            {
                // Another message is on its way for then. This may be it, where the clock that it came by is ahead.
                if (next - now < MaxSkew)
                {
                    await queue.SendAsync(message, next, cancellationToken);
                }

                return;
            }

            var after = erasure.NextAt is null ? await StepAsync(erasure, cancellationToken) : erasure.BeginPass(message.Chain);
            if (after.Phase == ErasurePhase.None)
            {
                after = await EndPassAsync(after, message, cancellationToken);
            }

            // Where it isn't written, another message for it did the step, or this one did and wasn't answered: it is read again.
            if (await store.TryWriteAsync(after, etag, cancellationToken) && after is { State: ErasureState.Done })
            {
                logger.Erased(after.Pass, after.Conversations, after.Messages, after.Files);
            }
        }
        while (time.GetUtcNow() - began < TimeBudget);

        await queue.SendAsync(message, time.GetUtcNow(), cancellationToken);
    }

    private async Task<UserErasure> EndPassAsync(UserErasure erasure, ContinueErasure message, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!erasure.HasFound && erasure.Pass > 1)
        {
            return erasure with { State = ErasureState.Done, DoneAt = now };
        }

        await queue.SendAsync(message, now + BetweenPasses, cancellationToken);
        return erasure with { NextAt = now + BetweenPasses };
    }

    private Task<UserErasure> StepAsync(UserErasure erasure, CancellationToken cancellationToken) => erasure.Phase switch
    {
        ErasurePhase.Account => CloseAccountAsync(erasure, cancellationToken),
        ErasurePhase.Conversations => EraseConversationAsync(erasure, cancellationToken),
        ErasurePhase.Channels => UnfollowAsync(erasure, cancellationToken),
        ErasurePhase.Responses => TakeBackResponsesAsync(erasure, cancellationToken),
        ErasurePhase.Others => EraseAtOthersAsync(erasure, cancellationToken),
        ErasurePhase.Own => EraseOwnAsync(erasure, cancellationToken),
        _ => throw new InvalidOperationException("There is no such phase."),
    };

    private async Task<UserErasure> CloseAccountAsync(UserErasure erasure, CancellationToken cancellationToken)
    {
        var (user, now) = (erasure.UserId, time.GetUtcNow());
        var decision = new DecisionId(OpaqueId.Hash("erasure", user.Value, string.Create(null, $"{erasure.RequestedAt:O}")));

        // Of two that say the same, the one of the higher version holds: a later pass, or a later erasure, refuses for longer.
        var version = (int)(now.ToUnixTimeSeconds() / 60);
        await standings.SetAsync(
            user,
            new StandingSource(Cause, decision, version, Standing.Erased, now + RefusedFor),
            cancellationToken);
        if (erasure.Pass == 1)
        {
            await keepingOut.BeginAsync(user, decision, cancellationToken);
        }

        var (before, after) = await people.ChangeAsync(user, person => person.Erased(), cancellationToken);
        await names.PushAsync(before, after, cancellationToken);
        return erasure.After(before != after, null);
    }

    private async Task<UserErasure> EraseConversationAsync(UserErasure erasure, CancellationToken cancellationToken)
    {
        if (erasure.Left is { } left)
        {
            return await EraseConversationAsync(erasure, left.Conversation, left.Next, cancellationToken);
        }

        // Whoever was a member, was invited or asked, or commented has this document, also after they left.
        var query = new QueryDefinition("SELECT c.conversationId FROM c WHERE c.id = @member")
            .WithParameter("@member", Members.Member.DocumentId(erasure.UserId));
        var (found, continuation) = await containers.Conversations.QueryPageAsync(
            query,
            ChatJson.Default.DocumentsPageFoundDocument,
            pageSize: 1,
            erasure.Continuation,
            cancellationToken);
        return found is [var one, ..]
            ? await EraseConversationAsync(erasure, new ConversationId(one.ConversationId!), continuation, cancellationToken)
            : erasure.After(false, null);
    }

    private async Task<UserErasure> EraseConversationAsync(
        UserErasure erasure,
        ConversationId conversation,
        string? next,
        CancellationToken cancellationToken)
    {
        var erased = await conversations.GoOnAsync(erasure.UserId, conversation, erasure.Left, next, cancellationToken);
        var counted = erasure with
        {
            HasFound = erasure.HasFound || erased.HasFound,
            Messages = erasure.Messages + erased.Messages,
            Files = erasure.Files + erased.Files,
        };
        return erased.Left is { } left
            ? counted with { Left = left }
            : counted.After(false, next) with { Conversations = erasure.Conversations + 1 };
    }

    private async Task<UserErasure> UnfollowAsync(UserErasure erasure, CancellationToken cancellationToken)
    {
        var user = erasure.UserId;
        var query = new QueryDefinition("SELECT c.conversationId FROM c WHERE c.id = @follower")
            .WithParameter("@follower", Follower.DocumentId(user));
        return await EachAsync(
            erasure,
            containers.Conversations,
            query,
            found => subscriptions.LeaveAsync(user, Followers.ChannelOf(found.ConversationId!), cancellationToken),
            cancellationToken);
    }

    private async Task<UserErasure> TakeBackResponsesAsync(UserErasure erasure, CancellationToken cancellationToken)
    {
        var user = erasure.UserId;
        var query = new QueryDefinition("SELECT c.conversationId, c.ordinal FROM c WHERE c.by = @user").WithParameter("@user", user.Value);
        return await EachAsync(
            erasure,
            containers.Conversations,
            query,
            found => ResponseShard.TryParse(found.ConversationId!, out var shard)
                ? responses.ChangeAsync(user, shard.Channel, found.Ordinal, ResponseTakenBack.Instance, cancellationToken)
                : Task.CompletedTask,
            cancellationToken);
    }

    private async Task<UserErasure> EraseAtOthersAsync(UserErasure erasure, CancellationToken cancellationToken)
    {
        // What others set for themselves about them is theirs.
        string[] kinds = ["rel", "blockedBy"];
        var query = new QueryDefinition(
            $"SELECT c.id, c.userId FROM c WHERE c.id IN ({string.Join(", ", kinds.Select((_, index) => $"@id{index}"))})");
        foreach (var (index, kind) in kinds.Index())
        {
            query.WithParameter($"@id{index}", $"{kind}:{erasure.UserId.Value}");
        }

        var after = await EachAsync(
            erasure,
            containers.Users,
            query,
            found => containers.Users.DeleteIfThereAsync(found.Id!, new PartitionKey(found.UserId!), cancellationToken),
            cancellationToken);

        // The host app may tell of follows at any time: no further pass for those.
        return after with { HasFound = erasure.HasFound };
    }

    private async Task<UserErasure> EraseOwnAsync(UserErasure erasure, CancellationToken cancellationToken)
    {
        var partition = new PartitionKey(erasure.UserId.Value);
        var all = await containers.Users.QueryPartitionAsync(
            new QueryDefinition("SELECT c.id FROM c"),
            partition,
            ChatJson.Default.DocumentsPageFoundDocument,
            cancellationToken: cancellationToken).ToListAsync(cancellationToken);

        // The pair stays as the direct conversation does, of which it is the only one.
        IReadOnlyList<string> theirs =
        [
            .. all.Select(one => one.Id!).Where(id => id is not (UserErasure.DocumentId or Person.DocumentId)
                && !id.StartsWith("pair:", StringComparison.Ordinal)),
        ];
        await Each.TryAsync(
            theirs,
            MaxParallel,
            (id, cancel) => containers.Users.DeleteIfThereAsync(id, partition, cancel),
            cancellationToken);

        // Others' doings, and keeping them out, write here at any time: no further pass for those. What the log says from long ago writes
        // nothing here any more (ErasedUsers).
        return erasure.After(false, null);
    }

    /// <summary>Does something for each document on the next page of a query.</summary>
    private static async Task<UserErasure> EachAsync(
        UserErasure erasure,
        Container container,
        QueryDefinition query,
        Func<FoundDocument, Task> act,
        CancellationToken cancellationToken)
    {
        var (found, continuation) = await container.QueryPageAsync(
            query,
            ChatJson.Default.DocumentsPageFoundDocument,
            Page,
            erasure.Continuation,
            cancellationToken);
        await Each.TryAsync(found, MaxParallel, (one, _) => act(one), cancellationToken);
        return erasure.After(found.Count > 0, continuation);
    }
}

/// <summary>Where a document was found that is about a user.</summary>
internal sealed record FoundDocument(string? Id, string? ConversationId, string? UserId, long Ordinal);

/// <summary>Takes all that a user responded to a post back.</summary>
internal sealed record ResponseTakenBack : ResponseChange
{
    public static readonly ResponseTakenBack Instance = new();

    public override PostResponse ApplyTo(PostResponse before) => before.IsEmpty ? before : before with { Keys = [], Options = [] };

    public override Problem? Refusal(PostResponse before, PostTotals totals) => null;
}

/// <summary>The log lines of erasures.</summary>
internal static partial class ErasureLog
{
    [LoggerMessage(
        520,
        LogLevel.Information,
        "A user was erased in {Passes} passes: {Messages} messages and {Files} files in {Conversations} conversations.")]
    public static partial void Erased(this ILogger logger, int passes, int conversations, int messages, int files);
}
