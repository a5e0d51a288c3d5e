using System.Collections.Concurrent;
using System.Text.Json;
using Chat.Functions.Conversations;
using Chat.Functions.Invites;
using Chat.Functions.Log;
using Chat.Functions.Members;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Xunit;

namespace Chat.Functions.Tests.Members;

/// <summary>
/// Whoever does whatever to whom, through whichever process, while anything fails: head, member documents and log say the same.
/// </summary>
public class MemberProperties
{
    private static readonly UserId[] People = [.. Enumerable.Range(0, 9).Select(n => new UserId($"person-{n}"))];

    private static readonly FaultKind[] Troubles =
    [
        FaultKind.Fail, FaultKind.Throttle, FaultKind.Delay, FaultKind.ResetBefore, FaultKind.ResetAfter, FaultKind.TimeoutAfter,
        FaultKind.FalsePrecondition,
    ];

    [Fact]
    public Task Has_one_owner_and_the_same_members_everywhere_whatever_people_do_and_whatever_fails() => StorySeeds.TryAsync(30, RunAsync);

    private static async Task RunAsync(int seed)
    {
        var random = new Random(seed);
        await using var deployment = await Deployment.StartAsync(new HurriedClock(), seed);
        var processes = new AppProcess[] { deployment.StartProcess(), deployment.StartProcess(), deployment.StartProcess() };
        var silent = Enumerable.Range(0, random.Next(2) * 40).Select(n => $"silent-{n}");
        var conversation = await processes[0].CreateGroupAsync(People[..4].Select(person => person.Value).Concat(silent));
        var invite = InviteCode.New(conversation);
        var link = new InviteLink(invite.LinkId, People[0], DateTimeOffset.UnixEpoch, 0) { MaxUses = 4 };
        await new InviteLinkStore(processes[0].Containers).ChangeAsync(
            conversation,
            links => links with { Links = [link] },
            CancellationToken.None);
        foreach (var trouble in random.GetItems(Troubles, 2).Distinct())
        {
            // The SDK waits a second before it goes on after its second reset of a call.
            var isReset = trouble is FaultKind.ResetBefore or FaultKind.ResetAfter;
            deployment.Break("*", trouble, isReset ? 4 : int.MaxValue, 0.03 + (random.NextDouble() * 0.1));
        }

        var answered = new ConcurrentBag<AppendResult>();
        await Task.WhenAll(People.Select((person, n) => ActAsync(new Random((seed * 10) + n), person)));
        deployment.Azure.Faults.Clear();

        var stored = await StoredLog.ReadAsync(processes[0].Containers.Conversations, conversation);
        Assert.All(answered.Where(answer => answer.Entries.Count > 0), stored.Contains);
        var active = stored.Members.Where(member => member.State == MemberState.Active).ToList();
        Assert.Equal(active.Count > 0 ? 1 : 0, active.Count(member => member.Role == MemberRole.Owner));
        Assert.All(stored.Members.Except(active), member => Assert.Equal(MemberRole.Member, member.Role));
        if (stored.Head.Members is { } listed)
        {
            Assert.Equal(
                active.Select(member => new HeadMember(member.UserId, member.Role)).ToHashSet(),
                listed.Select(member => member with { JoinedSeq = 0 }).ToHashSet());
        }

        var replayed = new Replay(People[0]);
        foreach (var entry in stored.Entries.OfType<LogEvent>())
        {
            replayed.Apply(entry);
        }

        Assert.Equal(
            active.ToDictionary(
                member => member.UserId,
                member => (member.Role, member.JoinedSeq, member.VisibleFrom)).OrderBy(pair => pair.Key),
            replayed.Members.OrderBy(pair => pair.Key));
        Assert.Equal((replayed.Version, replayed.JoinedSeq), (stored.Head.MembersVersion, stored.Head.JoinedSeq));
        Assert.All(
            stored.Head.Members ?? [],
            member => Assert.Equal((member.UserId, replayed.CameBackAt(member.UserId)), (member.UserId, member.JoinedSeq)));
        var (kept, _) = await new InviteLinkStore(processes[0].Containers).ReadAsync(conversation, CancellationToken.None);
        Assert.Equal((replayed.Invited, true), (kept.Links[0].Uses, replayed.Invited <= 4));

        async Task ActAsync(Random dice, UserId actor)
        {
            for (var n = 0; n < 8; n++)
            {
                var process = processes[dice.Next(processes.Length)];
                var target = People[dice.Next(People.Length)];
                var role = dice.Next(2) == 0 ? MemberRole.Admin : MemberRole.Member;
                var command = dice.Next(8) switch
                {
                    0 =>
                        (LogCommand)new AddMembersCommand
                        {
                            Actor = actor,
                            Conversation = conversation,
                            Users = [.. dice.GetItems(People, 3).Distinct()],
                            SeenMembers = null,
                            Limits = new Limits(),
                        },
                    1 => new RemoveMemberCommand { Actor = actor, Conversation = conversation, UserId = target },
                    2 or 3 => new ChangeRoleCommand { Actor = actor, Conversation = conversation, UserId = target, Role = role },
                    4 => new ChangeOwnerCommand { Actor = actor, Conversation = conversation, UserId = target },
                    5 => new JoinByInviteCommand { Actor = actor, Invite = invite, Limits = new Limits() },
                    6 => new UpdateConversationCommand
                    {
                        Actor = actor,
                        Conversation = conversation,
                        Change = new UpdateConversationRequest
                        {
                            HistoryVisibility = new(true, dice.Next(2) == 0 ? HistoryVisibility.All : HistoryVisibility.SinceJoining),
                        },
                    },
                    _ => new LeaveConversationCommand { Actor = actor, Conversation = conversation },
                };
                answered.Add(await InsistAsync(() => command is LeaveConversationCommand
                    ? new Departure(
                        process.Log,
                        new ConversationReader(process.Containers),
                        new MemberReader(process.Containers)).LeaveAsync(actor, conversation, null, CancellationToken.None)
                    : process.Log.AppendAsync(conversation, command, null, CancellationToken.None)));
                if (dice.Next(10) == 0)
                {
                    processes[dice.Next(processes.Length)] = deployment.StartProcess();
                }
            }
        }
    }

    /// <summary>Tries as a client does: again while it is asked to.</summary>
    private static async Task<AppendResult> InsistAsync(Func<Task<AppendResult>> act)
    {
        while (true)
        {
            try
            {
                if (await act() is var answer && answer.Refusal?.Code != Problems.Unavailable.Code)
                {
                    return answer;
                }
            }
            catch (Exception exception) when (CosmosFailures.IsTransient(exception))
            {
                // A read failed; the app answers 503 then.
            }
        }
    }

    /// <summary>What the log says about members, and whether everybody in it did what they may.</summary>
    private sealed class Replay(UserId creator)
    {
        private readonly Dictionary<UserId, List<long>> _joins = [];
        private bool _showsAll;

        public Dictionary<UserId, (MemberRole Role, long JoinedSeq, long VisibleFrom)> Members { get; } = [];

        public long Version { get; private set; }

        public long JoinedSeq { get; private set; } = 1;

        public int Invited { get; private set; }

        /// <summary>The entry by which a member came back; 0 for one who was never away.</summary>
        public long CameBackAt(UserId user) => _joins[user] is [_, .., var last] ? last : 0;

        public void Apply(LogEvent entry)
        {
            Version += entry.EventType == LogEvent.ConversationUpdated ? 0 : 1;
            switch (entry.EventType)
            {
                case LogEvent.ConversationCreated:
                    Assert.Equal(creator, entry.ActorId);
                    Join(entry.Data.Deserialize(ChatJson.Default.ConversationCreated)!.Members, entry.Seq);
                    break;
                case LogEvent.MemberJoined:
                    var joined = entry.Data.Deserialize(ChatJson.Default.MembersJoined)!;
                    Assert.Equal(entry.ActorId, joined.By);
                    Invited += joined.Members.Any(member => member.UserId == joined.By) ? 1 : 0;
                    Assert.True(joined.Members[0].UserId == joined.By || Members[joined.By].Role <= MemberRole.Admin);
                    Join(joined.Members, entry.Seq);
                    JoinedSeq = _showsAll ? JoinedSeq : entry.Seq;
                    break;
                case LogEvent.MemberRemoved:
                    var removed = entry.Data.Deserialize(ChatJson.Default.MemberGone)!;
                    Assert.True(Members[removed.By].Role <= MemberRole.Admin && Members[removed.By].Role < Members[removed.UserId].Role);
                    Members.Remove(removed.UserId);
                    break;
                case LogEvent.MemberLeft:
                    var left = entry.Data.Deserialize(ChatJson.Default.MemberGone)!;
                    Assert.Equal(left.UserId, left.By);
                    var wasOwner = Members[left.UserId].Role == MemberRole.Owner;
                    Members.Remove(left.UserId);
                    Assert.Equal(wasOwner && Members.Count > 0 ? Longest() : null, left.Owner);
                    Change(left.Owner is { } owner ? [new HeadMember(owner, MemberRole.Owner)] : []);
                    break;
                case LogEvent.MemberUpdated:
                    var updated = entry.Data.Deserialize(ChatJson.Default.MembersUpdated)!;
                    Assert.Equal(MemberRole.Owner, Members[updated.By].Role);
                    Change(updated.Members);
                    break;
                case LogEvent.ConversationUpdated:
                    var settings = entry.Data.Deserialize(ChatJson.Default.ConversationUpdated)!;
                    Assert.True(Members[settings.By].Role <= MemberRole.Admin);
                    _showsAll = settings.HistoryVisibility == HistoryVisibility.All;
                    break;
                default:
                    Assert.Fail(entry.EventType);
                    break;
            }
        }

        private UserId Longest() =>
            Members.OrderBy(pair => pair.Value.Role).ThenBy(pair => pair.Value.JoinedSeq).ThenBy(pair => pair.Key).First().Key;

        private void Join(IReadOnlyList<HeadMember> members, long seq)
        {
            foreach (var member in members)
            {
                Members.Add(member.UserId, (member.Role, seq, _showsAll ? 1 : seq));
                (_joins.TryGetValue(member.UserId, out var joins) ? joins : _joins[member.UserId] = []).Add(seq);
            }
        }

        private void Change(IReadOnlyList<HeadMember> members)
        {
            foreach (var member in members)
            {
                Members[member.UserId] = Members[member.UserId] with { Role = member.Role };
            }
        }
    }
}
