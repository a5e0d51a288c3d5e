using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>Leaves a process some memory beyond what it has, until it is disposed of: what asks for more gets none. On Linux.</summary>
internal sealed class LittleMemory : IDisposable
{
    private const int AddressSpace = 9;

    private readonly int _process;

    public LittleMemory(int process, long bytes)
    {
        _process = process;
        var pages = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/statm")).Split(' ')[0];
        Limit((long.Parse(pages, CultureInfo.InvariantCulture) * Environment.SystemPageSize) + bytes);
    }

    public void Dispose() => Limit(-1);

    private void Limit(long bytes)
    {
        if (SetLimit(_process, AddressSpace, [bytes, -1], 0) != 0)
        {
            throw new Win32Exception();
        }
    }

    [DllImport("libc", EntryPoint = "prlimit", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetLimit(int process, int resource, long[] wanted, nint previous);
}
