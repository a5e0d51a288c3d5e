using System.Text;
using System.Text.Json;
using Azure.Messaging.ServiceBus;
using Chat.Functions.Blocks;
using Chat.Functions.Cards;
using Chat.Functions.Conversations;
using Chat.Functions.Delivery;
using Chat.Functions.Hooks;
using Chat.Functions.Inbox;
using Chat.Functions.Log;
using Chat.Functions.Media;
using Chat.Functions.Members;
using Chat.Functions.Moderation;
using Chat.Functions.Previews;
using Chat.Functions.Privacy;
using Chat.Functions.Receipts;
using Chat.Functions.Requests;
using Chat.Functions.Responses;
using Chat.Functions.Shared;
using Chat.Functions.Tests.Log;
using Chat.Local;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Chat.Functions.Tests.Delivery;

/// <summary>An instance that follows the change feed and works on <c>fanout</c>, page by page as a test gives them.</summary>
internal sealed class Projector : IAsyncDisposable
{
    private readonly ServiceBusClient _client;
    private readonly ServiceBusReceiver _fanOut;
    private readonly FanOutToMembers _work;
    private readonly ProjectInboxes _feed;

    /// <param name="deployment">On whose services.</param>
    /// <param name="time">What it goes by.</param>
    /// <param name="pace">When it holds pages; if not given, never.</param>
    public Projector(Deployment deployment, TimeProvider time, FeedPace? pace = null)
    {
        var process = deployment.StartProcess();
        var containers = process.Containers;
        var reader = new ConversationReader(containers);
        var (log, members, queues) = (
            new CommittedReader(reader, containers),
            new MemberListCache(reader, time),
            deployment.Azure.ServiceBus.Connect());
        var queue = new DeliveryQueue(queues);
        var privacy = new PrivacyReader(containers, time);
        Inbox = new InboxProjection(containers, reader, time);
        _client = queues;
        _fanOut = queues.CreateReceiver(
            FanOutMessage.Queue,
            new ServiceBusReceiverOptions { ReceiveMode = ServiceBusReceiveMode.ReceiveAndDelete });
        var options = new DeliveryOptions { InboxWindow = TimeSpan.FromSeconds(0.1) };
        var advance = new InboxFanOut(
            log,
            reader,
            members,
            Inbox,
            queue,
            options,
            time,
            NullLogger<InboxFanOut>.Instance);
        var projection = new EntryProjection(
            log,
            reader,
            members,
            new BlockReader(new BlockStore(containers, privacy, time), privacy, time),
            new RequestNoteStore(containers),
            Inbox,
            advance,
            new SentReceipts(new MemberWatermarks(containers), privacy, new Limits()),
            new RemainingMembers(process.Log, new Limits()),
            queue,
            time);
        var counting = new PostCounting(
            containers,
            queue,
            // Nothing is pushed here.
            new CountsPush(reader, containers, queue, watchers: null!, push: null!, options, time),
            NullLogger<PostCounting>.Instance);
        var followUps = new FollowUps(
            queue,
            new MediaQueue(queues),
            new SharesHook(new HostAddress<SharesHook>("", ""), new HostCalls(time), new ModerationQueue(queues), time),
            new PreviewPolicy(new PreviewOptions(), time));
        var history = new FeedHistory(time);
        _feed = new ProjectInboxes(
            projection,
            queue,
            followUps,
            counting,
            pace ?? new FeedPace(new HastyClock()),
            history,
            time,
            NullLogger<ProjectInboxes>.Instance);

        // Push groups, blocks and pushes of counts aren't followed here.
        _work = new FanOutToMembers(
            queueWork: null!,
            log,
            projection,
            followUps,
            queue,
            history,
            advance,
            groups: null!,
            blocking: null!,
            counting,
            counts: null!);
    }

    public InboxProjection Inbox { get; }

    /// <summary>The change feed as it is now, in pages of so many documents.</summary>
    public static async Task<List<string>> PagesAsync(LocalAzure azure, int size)
    {
        List<ReadOnlyMemory<byte>> documents = [];
        foreach (var range in azure.Cosmos.RangesOf(ChatContainers.Database, ChatContainers.ConversationsName))
        {
            documents.AddRange((await azure.Cosmos.ReadChangesAsync(
                ChatContainers.Database, ChatContainers.ConversationsName, range, 0, int.MaxValue)).Documents);
        }

        return
        [
            .. documents.Chunk(size).Select(
                page => $"[{string.Join(',', page.Select(document => Encoding.UTF8.GetString(document.Span)))}]"),
        ];
    }

    public Task FollowAsync(string page, CancellationToken stop = default) => _feed.RunAsync(page, stop);

    /// <summary>Follows a page again and again, as the retry policy does.</summary>
    public async Task KeepFollowingAsync(string page)
    {
        while (await TriedAsync(() => FollowAsync(page)) is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }
    }

    /// <summary>Works on <c>fanout</c> until nothing is left there; what fails is tried again.</summary>
    /// <returns>What can never succeed, and why.</returns>
    public async Task<List<(FanOutMessage Message, string Reason)>> FanOutAsync(LocalAzure azure)
    {
        List<(FanOutMessage, string)> given = [];
        while (azure.ServiceBus.Find(FanOutMessage.Queue)!.Count() is not { Active: 0, Scheduled: 0 })
        {
            foreach (var received in await _fanOut.ReceiveMessagesAsync(100, TimeSpan.FromMilliseconds(50)))
            {
                var message = JsonSerializer.Deserialize(received.Body, ChatJson.Default.FanOutMessage)!;
                while (await TriedAsync(() => WorkAsync(message)) is { } failure)
                {
                    if (QueueFailures.Permanent(failure) is { } reason)
                    {
                        given.Add((message, reason));
                        break;
                    }
                }
            }
        }

        return given;
    }

    /// <summary>What a user's list shows of a conversation's last message.</summary>
    public async Task<string?> PreviewAsync(string user, ConversationId conversation) =>
        (await Inbox.ReadAsync(new UserId(user), conversation, CancellationToken.None))?.LastMessage?.Preview;

    /// <summary>Every inbox says what a reader of the whole log would.</summary>
    public async Task CheckAsync(StoredLog log)
    {
        foreach (var member in log.Members)
        {
            var user = member.UserId;
            var entry = (await Inbox.ReadAsync(user, log.Head.ConversationId, CancellationToken.None))!;
            if (member.State != MemberState.Active)
            {
                var left = log.Entries.OfType<LogEvent>().Last(one =>
                    one.EventType is LogEvent.MemberLeft or LogEvent.MemberRemoved
                    && one.Data.GetProperty("userId").GetString() == user.Value);
                Assert.Equal((user, true, left.Seq), (user, entry.IsTombstone, entry.LastSeq));
                continue;
            }

            Assert.Equal(
                (log.Head.ListSeq, log.Head.MessageCount, log.Head.LastMessage, log.Head.Title, member.JoinedSeq, member.JoinedOrdinal),
                (entry.LastSeq, entry.LastOrdinal, entry.LastMessage, entry.Title, entry.JoinedSeq!.Value, entry.JoinedOrdinal));
            Assert.Equal(
                (
                    user,
                    log.Messages.LastOrDefault(message => message.SenderId == user)?.Ordinal ?? 0,
                    log.Messages.LastOrDefault(message => message.MentionsAll)?.Ordinal ?? 0),
                (user, entry.ReadOrdinal, entry.Last.MentionAllOrdinal));
            Assert.Equal(
                (user, log.Messages.LastOrDefault(message => message.MentionedWhenSent.Contains(user))?.Ordinal ?? 0),
                (user, entry.MentionedOrdinal));
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    /// <summary>On which a second passes between any two looks, so that no page follows another at once.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Increment(ref _seconds);
    }

    private static async Task<Exception?> TriedAsync(Func<Task> work)
    {
        try
        {
            await work();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private Task WorkAsync(FanOutMessage message) => message is AlignPushGroup or AlignBlock or PushCounts
        ? Task.CompletedTask
        : _work.FanOutAsync(message, CancellationToken.None);
}
