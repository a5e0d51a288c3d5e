using System.Runtime.InteropServices;

namespace Chat.Local.Functions;

/// <summary>Memory outside the garbage collected heap.</summary>
internal static class NativeHeap
{
    private delegate int MallocTrim(nuint pad);

    /// <summary>Gives back what native code has freed, above all the compiler: glibc keeps it. Elsewhere it does nothing.</summary>
    public static void Trim()
    {
        if (NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, "malloc_trim", out var trim))
        {
            Marshal.GetDelegateForFunctionPointer<MallocTrim>(trim)(0);
        }
    }
}
