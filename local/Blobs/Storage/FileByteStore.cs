using Chat.Local.Store;

namespace Chat.Local.Blobs.Storage;

/// <summary>Bytes in files of a directory, for this user alone. A crash leaves whole files, or some that nobody refers to.</summary>
internal sealed class FileByteStore : IByteStore
{
    private readonly string _directory;

    /// <param name="directory">Where the files are; it is made if it isn't there.</param>
    public FileByteStore(string directory)
    {
        _directory = directory;
        Directory.CreateDirectory(directory);
    }

    public async Task<StoredBytes> SaveAsync(Stream source, long length, CancellationToken cancellationToken)
    {
        var name = Guid.NewGuid().ToString("N");
        try
        {
            await using var file = PrivateFile.Create(PathOf(name));
            var stored = await Digests.CopyAsync(source, file, name, length, cancellationToken);
            file.Flush(flushToDisk: true);
            DirectorySync.Of(_directory);
            return stored;
        }
        catch
        {
            Delete(name);
            throw;
        }
    }

    public Stream Open(string name) =>
        new FileStream(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);

    public void Delete(string name) => File.Delete(PathOf(name));

    /// <summary>Deletes all but the named files: what a crash left.</summary>
    public void DeleteOthers(IReadOnlySet<string> kept)
    {
        foreach (var path in Directory.EnumerateFiles(_directory).Where(path => !kept.Contains(Path.GetFileName(path))).ToList())
        {
            File.Delete(path);
        }
    }

    private string PathOf(string name) => Path.Combine(_directory, name);
}
