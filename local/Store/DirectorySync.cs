using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Chat.Local.Store;

/// <summary>
/// Brings to the disk which files a directory has. The sync of a new file brings what is in it, but need not bring its name.
/// </summary>
internal static class DirectorySync
{
    private const int ReadOnly = 0;

    /// <summary>
    /// On return the files made so far are there after a power failure. Windows syncs no directories: there it does nothing.
    /// </summary>
    public static void Of(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var handle = Open(Encoding.UTF8.GetBytes(directory + '\0'), ReadOnly);
        if (handle.IsInvalid)
        {
            throw new IOException($"{directory} can't be opened.", Marshal.GetLastPInvokeError());
        }

        RandomAccess.FlushToDisk(handle);
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true), DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle Open(byte[] path, int flags);
}
