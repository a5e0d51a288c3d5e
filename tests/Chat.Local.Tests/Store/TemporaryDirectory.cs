using Chat.Local.Store;

namespace Chat.Local.Tests.Store;

/// <summary>A directory that is gone after the test.</summary>
public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("chat-local-").FullName;

    /// <summary>The files as a process leaves them that is killed now, between two commits.</summary>
    /// <remarks>
    /// Nothing reaches the disk meanwhile. Otherwise each file would be of another moment: what a service writes by itself, when a
    /// lock runs out say, would be in the mark and not yet in the log, which no crash leaves behind.
    /// </remarks>
    internal TemporaryDirectory CopyAsKilled(LocalStore store)
    {
        using (store.Pause())
        {
            return Copy();
        }
    }

    /// <summary>The files as they are; nobody may write to them meanwhile.</summary>
    public TemporaryDirectory Copy()
    {
        var copy = new TemporaryDirectory();
        foreach (var file in Directory.GetFiles(Path).Where(file => System.IO.Path.GetFileName(file) != "lock"))
        {
            File.Copy(file, System.IO.Path.Combine(copy.Path, System.IO.Path.GetFileName(file)));
        }

        return copy;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
