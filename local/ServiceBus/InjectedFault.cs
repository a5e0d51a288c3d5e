namespace Chat.Local.ServiceBus;

/// <summary>What a <see cref="Fault"/> does to an operation, before it is applied and after.</summary>
internal static class InjectedFault
{
    public static async ValueTask BeforeAsync(Fault fault, string queue, TimeProvider time)
    {
        switch (fault.Kind)
        {
            case FaultKind.Fail or FaultKind.ResetBefore:
                throw ServiceBusFailures.Unreachable(queue);
            case FaultKind.Throttle:
                throw ServiceBusFailures.Busy(queue);
            case FaultKind.Delay:
                await Task.Delay(fault.Delay, time);
                break;
            case FaultKind.FalsePrecondition or FaultKind.Kill:
                throw new NotSupportedException($"Service Bus knows no fault {fault.Kind}.");
        }
    }

    public static void After(Fault? fault, string queue)
    {
        switch (fault?.Kind)
        {
            case FaultKind.ResetAfter:
                throw ServiceBusFailures.Unreachable(queue);
            case FaultKind.TimeoutAfter:
                throw ServiceBusFailures.TimedOut(queue);
        }
    }
}
