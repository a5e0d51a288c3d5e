using Chat.Local.Functions;
using Xunit;

namespace Chat.Local.Tests.Functions;

public sealed class LocalSettingsTests : IDisposable
{
    private readonly DirectoryInfo _near = Directory.CreateTempSubdirectory("chat-");
    private readonly DirectoryInfo _far = Directory.CreateTempSubdirectory("chat-");

    public void Dispose()
    {
        _near.Delete(recursive: true);
        _far.Delete(recursive: true);
    }

    [Fact]
    public void Are_the_values_of_the_nearest_file_with_sections_spelled_as_in_the_environment()
    {
        Write(_far, """{ "Values": { "Far": "1" } }""");
        Write(_near, """
            {
              // As func reads it.
              "IsEncrypted": false,
              "Values": { "Auth__Issuer": "me", "Count": 3, },
              "Host": { "CORS": "http://localhost:5173", "CORSCredentials": true },
            }
            """);
        var settings = AppSettings.ReadLocalSettings(_near.FullName, _far.FullName);
        Assert.Equal(("me", "3"), (settings["Auth:Issuer"], settings["Count"]));
        Assert.Equal(("http://localhost:5173", "True", 4), (settings["Host:CORS"], settings["Host:CORSCredentials"], settings.Count));
    }

    [Fact]
    public void Are_looked_for_further_away_and_needn_t_be_there()
    {
        Assert.Empty(AppSettings.ReadLocalSettings(_near.FullName, _far.FullName));
        Write(_far, """{ "Values": { "Far": "1" } }""");
        Assert.Equal("1", AppSettings.ReadLocalSettings(_near.FullName, _far.FullName)["Far"]);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("""{ "Values": [] }""")]
    [InlineData("""{ "Values": { "a": "", "A": "" } }""")]
    [InlineData("[]")]
    public void Are_a_reason_not_to_start_when_they_cant_be_read(string json)
    {
        Write(_near, json);
        var refusal = Assert.Throws<HostRefusedException>(() => AppSettings.ReadLocalSettings(_near.FullName));
        Assert.Contains("local.settings.json", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Give_every_host_of_a_directory_the_same_signing_key_which_only_its_owner_reads()
    {
        var key = SigningKey.ReadOrCreate(_near.FullName);
        Assert.Equal(key, SigningKey.ReadOrCreate(_near.FullName));
        Assert.NotEqual(key, SigningKey.ReadOrCreate(_far.FullName));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_near.FullName, "signing-key")));
        }
    }

    private static void Write(DirectoryInfo directory, string json) =>
        File.WriteAllText(Path.Combine(directory.FullName, "local.settings.json"), json);
}
