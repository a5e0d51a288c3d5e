namespace Chat.Load;

/// <summary>A place for a backend's data, gone afterwards.</summary>
internal sealed class DataDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("chat-load-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
