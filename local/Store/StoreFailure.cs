using Microsoft.Data.Sqlite;

namespace Chat.Local.Store;

/// <summary>
/// What is wrong with the data directory, in a sentence for the person at the terminal. None advises to delete good data.
/// </summary>
internal static class StoreFailure
{
    private const string OrAnother = "or choose another directory with --data DIR";
    private const int LittleSpace = 1024 * 1024;

    public static LocalStoreException Damaged(string path, string what) =>
        new($"{Path.GetFullPath(path)} is damaged: {what}. Restore the directory from a backup, {OrAnother}.");

    public static LocalStoreException MissingRow(string path, long number) => Damaged(path, $"row {number} is missing");

    /// <summary>A part is missing without which acknowledged writes would be lost.</summary>
    public static LocalStoreException Lost(string path, string what) =>
        new($"{Path.GetFullPath(path)} {what}. Nothing was changed. Put it back, restore the directory from a backup, {OrAnother}.");

    /// <summary>Whether a failure is one of files or tables, and so has a sentence.</summary>
    public static bool IsKnown(Exception exception) => exception is IOException or UnauthorizedAccessException or SqliteException;

    /// <summary>Whether another process holds the file: EWOULDBLOCK of Linux or macOS, a sharing or lock violation of Windows.</summary>
    public static bool IsInUse(IOException exception) =>
        exception.HResult is 11 or 35 or unchecked((int)0x80070020) or unchecked((int)0x80070021);

    public static LocalStoreException Of(Exception exception, string directory)
    {
        var path = Path.GetFullPath(directory);
        if (IsFull(exception, path))
        {
            var message = $"The disk of {path} is full. Make room and start again: everything that was acknowledged is still there.";
            return new LocalStoreException(message, exception);
        }

        if (IsDenied(exception))
        {
            return new LocalStoreException($"{path} can't be written: {exception.Message} Change its permissions, {OrAnother}.", exception);
        }

        return exception is SqliteException { SqliteErrorCode: 11 or 26 } damage
            ? Damaged(Path.Combine(path, DataFiles.TablesName), damage.Message.TrimEnd('.'))
            : new LocalStoreException($"{path} can't be used: {exception.Message} Nothing that was acknowledged is deleted.", exception);
    }

    /// <summary>
    /// ENOSPC and EDQUOT, what Windows has for them, SQLITE_FULL, or an error of SQLite's while there is hardly any space.
    /// </summary>
    private static bool IsFull(Exception exception, string path) => exception switch
    {
        IOException { HResult: 28 or 122 or unchecked((int)0x80070070) or unchecked((int)0x80070027) } => true,
        SqliteException { SqliteErrorCode: 13 } => true,
        SqliteException { SqliteErrorCode: 10 or 14 } => Directory.Exists(path) && new DriveInfo(path).AvailableFreeSpace < LittleSpace,
        _ => false,
    };

    /// <summary>EPERM, EACCES and EROFS, and what SQLite makes of them.</summary>
    private static bool IsDenied(Exception exception) => exception is
        UnauthorizedAccessException or IOException { HResult: 1 or 13 or 30 } or SqliteException { SqliteErrorCode: 3 or 8 or 14 };
}
