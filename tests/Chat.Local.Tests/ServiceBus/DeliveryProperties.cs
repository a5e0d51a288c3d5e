using Azure.Messaging.ServiceBus;
using Chat.Local.Tests.Store;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Chat.Local.Tests.ServiceBus;

/// <summary>
/// However sends, receives, settlements, lost locks and crashes interleave, no message is lost and none is completed twice.
/// </summary>
public sealed class DeliveryProperties
{
    [Fact]
    public void No_message_is_lost_or_completed_twice() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(30).WithEndSize(60),
            Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), steps => RunAsync(steps)));

    private static async Task RunAsync(byte[] steps)
    {
        var story = await Story.BeginAsync();
        try
        {
            foreach (var step in steps)
            {
                await story.StepAsync(step % 8, step / 8);
            }

            await story.EndAsync();
        }
        finally
        {
            await story.DisposeAsync();
        }
    }

    private sealed class Story : IAsyncDisposable
    {
        private readonly TestClock _clock = new();
        private readonly List<ServiceBusReceivedMessage> _received = [];
        private readonly HashSet<string> _open = [];
        private readonly HashSet<string> _completed = [];
        private TemporaryDirectory _directory = new();
        private TestBus _bus = null!;
        private int _sent;

        public static async Task<Story> BeginAsync()
        {
            var story = new Story();
            await story.StartAsync();
            return story;
        }

        public Task StepAsync(int what, int which) => what switch
        {
            0 or 1 => SendAsync(),
            2 => ReceiveAsync(),
            3 => SettleAsync(which, async message =>
            {
                await _bus.Receiver.CompleteMessageAsync(message);
                Assert.True(_completed.Add(message.MessageId), $"{message.MessageId} was completed twice");
                _open.Remove(message.MessageId);
            }),
            4 => SettleAsync(which, message => _bus.Receiver.AbandonMessageAsync(message)),
            5 => SettleAsync(which, message => _bus.Receiver.DeadLetterMessageAsync(message)),
            6 => AdvanceAsync(which),
            _ => CrashAsync(),
        };

        public async Task EndAsync()
        {
            await CrashAsync();
            List<string> left = [.. await _bus.ReceiveIdsAsync(), .. await _bus.ReceiveIdsAsync(_bus.DeadLetters)];
            Assert.Equal(_open.Order(StringComparer.Ordinal), left.Order(StringComparer.Ordinal));
        }

        public async ValueTask DisposeAsync()
        {
            await _bus.DisposeAsync();
            _directory.Dispose();
        }

        private async Task StartAsync() =>
            _bus = await TestBus.StartAsync(
                "\"RequiresDuplicateDetection\": true, \"DeadLetteringOnMessageExpiration\": true", _directory.Path, _clock);

        private async Task SendAsync()
        {
            var id = $"{_sent++}";
            await _bus.SendAsync(id, id);
            _open.Add(id);
        }

        private async Task ReceiveAsync()
        {
            if (await _bus.ReceiveAsync() is { } message)
            {
                Assert.DoesNotContain(message.MessageId, _completed);
                _received.Add(message);
            }
        }

        /// <summary>Settles something received before, whose lock may be long gone.</summary>
        private async Task SettleAsync(int which, Func<ServiceBusReceivedMessage, Task> settle)
        {
            if (_received.Count == 0)
            {
                return;
            }

            try
            {
                await settle(_received[which % _received.Count]);
            }
            catch (ServiceBusException exception) when (exception.Reason == ServiceBusFailureReason.MessageLockLost)
            {
            }
        }

        private Task AdvanceAsync(int seconds)
        {
            _clock.Advance(TimeSpan.FromSeconds(4 * seconds));
            return Task.CompletedTask;
        }

        private async Task CrashAsync()
        {
            var (crashed, directory) = (_bus, _directory);
            _directory = directory.CopyAsKilled(crashed.Store);
            await StartAsync();
            await crashed.DisposeAsync();
            directory.Dispose();
        }
    }
}
