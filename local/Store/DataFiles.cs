using System.Globalization;

namespace Chat.Local.Store;

/// <summary>The files of a data directory.</summary>
internal sealed class DataFiles(string directory)
{
    public const string TablesName = "chat.db";

    public string Directory => directory;

    public string Tables => Path.Combine(directory, TablesName);

    /// <summary>The directory of the bytes of blobs.</summary>
    public string Blobs => Path.Combine(directory, "blobs");

    public string TablesInTheMaking => Tables + ".new";

    public string Wal => Tables + "-wal";

    public string Mark => Path.Combine(directory, "chat.mark");

    public string Log(long generation) => Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"chat.{generation}.log"));

    public IEnumerable<string> Logs() => System.IO.Directory.EnumerateFiles(directory, "chat.*.log");

    /// <summary>Deletes the logs before one.</summary>
    public void DeleteLogsBefore(long generation)
    {
        foreach (var log in Logs().Where(log => GenerationOf(log) < generation).ToList())
        {
            File.Delete(log);
        }
    }

    public void DeleteAll()
    {
        string[] files = [Tables, TablesInTheMaking, Wal, Tables + "-shm", Mark, .. Logs()];
        Array.ForEach(files, File.Delete);
        if (System.IO.Directory.Exists(Blobs))
        {
            System.IO.Directory.Delete(Blobs, recursive: true);
        }
    }

    private static long? GenerationOf(string log) =>
        long.TryParse(Path.GetFileName(log).Split('.')[1], NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? generation
            : null;
}
