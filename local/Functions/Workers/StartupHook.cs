using System.Diagnostics;
using System.Runtime.InteropServices;

/// <summary>
/// What .NET runs in a child worker before the app's entry point. It ends the process when the host has gone, however the host ended.
/// </summary>
/// <remarks>
/// Standard input is a pipe that only the host writes to. The system closes it with the host, also at SIGKILL. The child kills itself then:
/// no third process has to live for that, and no process id can have gone to another process. The name and the missing namespace are .NET's
/// rule.
/// </remarks>
internal static class StartupHook
{
    public static void Initialize()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Ctrl-C in a terminal is for the host, which drains first.
            _ = LeaveTerminal();
        }

        new Thread(EndWithHost) { IsBackground = true, Name = "Host" }.Start();
    }

    private static void EndWithHost()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }

        Process.GetCurrentProcess().Kill();
    }

    [DllImport("libc", EntryPoint = "setsid"), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int LeaveTerminal();
}
