namespace Chat.Local.Store;

/// <summary>Makes files that nobody but this user may read: the data directory holds keys and messages.</summary>
internal static class PrivateFile
{
    /// <summary>Opens an empty file for writing; what is there is overwritten.</summary>
    public static FileStream Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new FileStream(path, options);
    }
}
