using System.Security.Cryptography;

namespace Chat.Local.Functions;

/// <summary>The key that signs this machine's development tokens: random, and kept with the data so that tokens outlive a restart.</summary>
internal static class SigningKey
{
    public static string Create() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));

    public static string ReadOrCreate(string directory)
    {
        var path = Path.Combine(directory, "signing-key");
        if (File.Exists(path))
        {
            return File.ReadAllText(path).Trim();
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var key = Create();
        using var file = new StreamWriter(path, options);
        file.Write(key);
        return key;
    }
}
