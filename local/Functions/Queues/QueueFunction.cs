using Azure.Messaging.ServiceBus;
using Chat.Local.Functions.Protocol;
using Chat.Local.Functions.Workers;
using Chat.Local.ServiceBus.InProcess;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Queues;

/// <summary>Runs a function for each message of a queue, a bounded number at a time, under a lock that is renewed while it runs.</summary>
/// <remarks>
/// A function that throws gives its message back at once, so that a message can use up its deliveries within a second, as in Azure. As
/// there, a message whose function succeeds after the stop began is given back, too, unless the function settled it. A lock that was lost
/// is logged: the message comes again.
/// </remarks>
internal sealed class QueueFunction(
    Function function,
    ServiceBusTriggerBinding trigger,
    InProcessClient client,
    HostJson hostJson,
    FunctionRunner runner,
    Faults faults,
    TimeProvider time,
    ILogger<QueueFunction> log) : ITrigger
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private readonly bool _autoComplete = trigger.AutoCompleteMessages ?? hostJson.AutoCompleteMessages;
    private readonly TaskCompletionSource _receivingEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private WorkerEndpoint _endpoint = null!;

    public async Task PrepareAsync() => _endpoint = await WorkerEndpoint.GetAsync();

    public async Task RunAsync(HostStop stop)
    {
        await using var receiver = client.CreateReceiver(trigger.QueueName);
        using var slots = new SemaphoreSlim(hostJson.MaxConcurrentCalls);
        while (!stop.Taking.IsCancellationRequested)
        {
            try
            {
                await TakeAsync(receiver, slots, stop);
            }
            catch (OperationCanceledException) when (stop.Taking.IsCancellationRequested)
            {
                break;
            }
            catch (Exception exception)
            {
                log.ReceiveFailed(exception, function.Name, trigger.QueueName);
                await Task.Delay(PauseAfterFailure, time, stop.Taking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        _receivingEnded.SetResult();
        for (var i = 0; i < hostJson.MaxConcurrentCalls; i++)
        {
            await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task TakeAsync(InProcessReceiver receiver, SemaphoreSlim slots, HostStop stop)
    {
        await slots.WaitAsync(stop.Taking);
        (ServiceBusReceivedMessage Message, ReadOnlyMemory<byte> Amqp)? received = null;
        try
        {
            received = await receiver.ReceiveEncodedAsync(stop.Taking);
        }
        finally
        {
            if (received is null)
            {
                slots.Release();
            }
        }

        if (received is var (message, amqp))
        {
            _ = Task.Run(() => HandleAsync(message, amqp, receiver, slots, stop), CancellationToken.None);
        }
    }

    private async Task HandleAsync(
        ServiceBusReceivedMessage message,
        ReadOnlyMemory<byte> amqp,
        ServiceBusReceiver receiver,
        SemaphoreSlim slots,
        HostStop stop)
    {
        var actions = new MessageActions(message, receiver, faults, time, stop);
        try
        {
            var succeeded = await TryRunAsync(message, amqp, actions, stop);
            if (actions.Settled)
            {
                return;
            }

            var isStopping = stop.Taking.IsCancellationRequested;
            if (isStopping)
            {
                // Given back earlier, it could come to this host once more.
                await _receivingEnded.Task;
            }

            if (stop.Aborted)
            {
                return;
            }

            if (!succeeded || isStopping)
            {
                await actions.AbandonAsync();
            }
            else if (_autoComplete)
            {
                await actions.CompleteAsync();
            }
        }
        catch (Exception exception)
        {
            log.SettlementFailed(exception, function.Name, message.MessageId);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task<bool> TryRunAsync(
        ServiceBusReceivedMessage message,
        ReadOnlyMemory<byte> amqp,
        MessageActions actions,
        HostStop stop)
    {
        try
        {
            var request = FunctionRunner.Request(function);
            request.InputData.Add(new ParameterBinding { Name = trigger.Parameter, Data = TriggerMessage.Data(trigger, message, amqp) });
            TriggerMessage.Describe(message, request.TriggerMetadata);
            using (_endpoint.Hold(actions))
            await using (new LockRenewal(actions, hostJson.MaxAutoLockRenewalDuration, time))
            {
                await runner.RunAsync(function, request, stop.Running, message.MessageId);
            }

            return true;
        }
        catch (Exception exception)
        {
            log.MessageFailed(exception, function.Name, message.MessageId);
            return false;
        }
    }
}
