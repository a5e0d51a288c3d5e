namespace Chat.Local.Blobs.Storage;

/// <summary>Keeps the bytes of blobs and blocks, each under a name of its own, which is never used again.</summary>
internal interface IByteStore
{
    /// <summary>Copies a stream to its end. On return the bytes are as durable as they will ever be.</summary>
    /// <param name="source">What is read, with no more than <paramref name="length"/> bytes.</param>
    /// <param name="length">How many bytes the sender announced.</param>
    /// <exception cref="RefusedException">There are more or fewer bytes.</exception>
    Task<StoredBytes> SaveAsync(Stream source, long length, CancellationToken cancellationToken);

    /// <summary>Opens bytes that were saved, for reading from their beginning.</summary>
    Stream Open(string name);

    /// <summary>Deletes bytes, if they are there.</summary>
    void Delete(string name);
}

/// <summary>Bytes that were saved, and what they hash to.</summary>
internal sealed record StoredBytes(string Name, long Length, byte[] Md5, byte[] Crc64);
