using System.Security.Cryptography;
using Chat.Local.Store;

namespace Chat.Local.Functions;

/// <summary>
/// The key that signs this machine's development tokens: random, and kept with the data so that tokens outlive a restart.
/// </summary>
internal static class SigningKey
{
    private const int Size = 48;

    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Size));

    /// <exception cref="LocalStoreException">The key that is there isn't whole, or can't be read or written.</exception>
    public static string ReadOrCreate(string directory)
    {
        var path = Path.Combine(directory, "signing-key");
        try
        {
            return File.Exists(path) ? Read(path) : CreateAt(path);
        }
        catch (Exception exception) when (StoreFailure.IsKnown(exception))
        {
            throw StoreFailure.Of(exception, directory);
        }
    }

    private static string Read(string path)
    {
        var key = File.ReadAllText(path).Trim();
        return Convert.TryFromBase64String(key, new byte[Size], out var length) && length == Size
            ? key
            : throw StoreFailure.Lost(
                path,
                $"{(key.Length == 0 ? "is empty" : "isn't whole")}: it holds the key that signs this directory's tokens");
    }

    private static string CreateAt(string path)
    {
        // Whole or not at all: a start may be killed.
        var (key, draft) = (Create(), path + ".new");
        using (var file = new StreamWriter(PrivateFile.Create(draft)))
        {
            file.Write(key);
        }

        File.Move(draft, path);
        return key;
    }
}
