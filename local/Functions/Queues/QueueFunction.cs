using Azure.Messaging.ServiceBus;
using Chat.Local.Functions.Protocol;
using Chat.Local.Functions.Workers;
using Microsoft.Extensions.Logging;

namespace Chat.Local.Functions.Queues;

/// <summary>Runs a function for each message of a queue, a bounded number at a time, under a lock that is renewed while it runs.</summary>
/// <remarks>
/// A function that throws gives its message back at once, so that a message can use up its deliveries within a second, as in Azure. As there, a
/// message whose function succeeds after the stop began is given back, too, unless the function settled it. A lock that was lost is logged: the
/// message comes again.
/// </remarks>
internal sealed class QueueFunction(
    Function function,
    ServiceBusTriggerBinding trigger,
    ServiceBusClient client,
    HostJson hostJson,
    FunctionRunner runner,
    TimeProvider time,
    ILogger<QueueFunction> log) : ITrigger
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);
    private readonly bool _autoComplete = trigger.AutoCompleteMessages ?? hostJson.AutoCompleteMessages;
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

        for (var i = 0; i < hostJson.MaxConcurrentCalls; i++)
        {
            await slots.WaitAsync(CancellationToken.None);
        }
    }

    private async Task TakeAsync(ServiceBusReceiver receiver, SemaphoreSlim slots, HostStop stop)
    {
        await slots.WaitAsync(stop.Taking);
        var message = default(ServiceBusReceivedMessage);
        try
        {
            message = await receiver.ReceiveMessageAsync(cancellationToken: stop.Taking);
        }
        finally
        {
            if (message is null)
            {
                slots.Release();
            }
        }

        if (message is not null)
        {
            _ = Task.Run(() => HandleAsync(message, receiver, slots, stop), CancellationToken.None);
        }
    }

    private async Task HandleAsync(ServiceBusReceivedMessage message, ServiceBusReceiver receiver, SemaphoreSlim slots, HostStop stop)
    {
        var actions = new MessageActions(message, receiver, stop);
        try
        {
            var succeeded = await TryRunAsync(message, actions, stop);
            if (actions.Settled || stop.Aborted)
            {
                return;
            }

            if (!succeeded || stop.Taking.IsCancellationRequested)
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

    private async Task<bool> TryRunAsync(ServiceBusReceivedMessage message, MessageActions actions, HostStop stop)
    {
        try
        {
            var request = FunctionRunner.Request(function);
            request.InputData.Add(new ParameterBinding { Name = trigger.Parameter, Data = TriggerMessage.Data(trigger, message) });
            TriggerMessage.Describe(message, request.TriggerMetadata);
            using (_endpoint.Hold(actions))
            await using (new LockRenewal(actions, hostJson.MaxAutoLockRenewalDuration, time))
            {
                await runner.RunAsync(function, request, stop.Running);
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
