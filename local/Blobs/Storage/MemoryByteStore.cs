using System.Collections.Concurrent;

namespace Chat.Local.Blobs.Storage;

/// <summary>Bytes in memory, gone with the process.</summary>
internal sealed class MemoryByteStore : IByteStore
{
    private readonly ConcurrentDictionary<string, byte[]> _bytes = new(StringComparer.Ordinal);

    public async Task<StoredBytes> SaveAsync(Stream source, long length, CancellationToken cancellationToken)
    {
        if (length > Array.MaxLength)
        {
            throw Refusals.NotServed($"A body of more than {Array.MaxLength} bytes without a data directory");
        }

        using var buffer = new MemoryStream();
        var stored = await Digests.CopyAsync(source, buffer, Guid.NewGuid().ToString("N"), length, cancellationToken);
        _bytes[stored.Name] = buffer.ToArray();
        return stored;
    }

    public Stream Open(string name) => new MemoryStream(_bytes[name], writable: false);

    public void Delete(string name) => _bytes.TryRemove(name, out _);
}
