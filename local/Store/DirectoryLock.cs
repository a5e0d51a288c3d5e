namespace Chat.Local.Store;

/// <summary>Keeps a second instance away from a data directory. The operating system drops the lock with the process, however it ends.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="LocalStoreException">Another process holds the directory, and still did after five seconds.</exception>
    public static async Task<DirectoryLock> TakeAsync(string directory, TimeProvider time)
    {
        Directory.CreateDirectory(directory);
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new DirectoryLock(new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (time.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time);
            }
            catch (IOException)
            {
                throw new LocalStoreException($"Another instance uses {Path.GetFullPath(directory)}. Stop it, or choose another directory with --data DIR.");
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
