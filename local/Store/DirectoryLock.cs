namespace Chat.Local.Store;

/// <summary>
/// Keeps a second instance away from a data directory. The operating system drops the lock with the process, however it ends.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <exception cref="LocalStoreException">
    /// Another process holds the directory, and still did after five seconds, or the directory can't be written.
    /// </exception>
    public static async Task<DirectoryLock> TakeAsync(string directory, TimeProvider time)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            try
            {
                Directory.CreateDirectory(directory);
                return new DirectoryLock(
                    new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException taken) when (StoreFailure.IsInUse(taken) && time.GetElapsedTime(start) < Patience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), time);
            }
            catch (IOException taken) when (StoreFailure.IsInUse(taken))
            {
                throw new LocalStoreException(
                    $"Another instance uses {Path.GetFullPath(directory)}. Stop it, or choose another directory with --data DIR.");
            }
            catch (Exception exception) when (StoreFailure.IsKnown(exception))
            {
                throw StoreFailure.Of(exception, directory);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
