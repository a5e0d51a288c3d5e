using Chat.Local.Store;

namespace Chat.Local.Functions;

/// <summary>Ends the process with one sentence when the host can't start; in a test the exception goes on to the test.</summary>
internal static class HostRefusal
{
    public static T Guard<T>(Func<T> start)
    {
        try
        {
            return start();
        }
        catch (Exception refused) when (refused is HostRefusedException or LocalStoreException)
        {
            Tell(refused);
            throw;
        }
    }

    public static void Tell(Exception refused)
    {
        if (HostHook.Current is { } hook)
        {
            hook.Built.TrySetException(refused);
            return;
        }

        var code = refused is HostRefusedException host ? host.ExitCode : 1;
        (code == 0 ? Console.Out : Console.Error).WriteLine(refused.Message);
        Environment.Exit(code);
    }
}
