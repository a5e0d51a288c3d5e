using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Xunit;

namespace Chat.Local.Tests.Blobs;

/// <summary>Azurite of npm in a process of its own, one for all tests. It ends with this process, however that ends.</summary>
internal sealed partial class Azurite
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<Azurite>> Only = new(StartAsync);

    // Held as long as this process: the pipe to it is what keeps it alive.
    private static Process? _process;

    private Azurite(Uri address) => Address = address;

    public Uri Address { get; }

    public static Task<Azurite> GetAsync() => Only.Value;

    private static async Task<Azurite> StartAsync()
    {
        using var directory = new CosmosDb.TemporaryDirectory();
        var (certificate, key) = await WriteCertificateAsync(directory.Path);
        var process = _process = Start([
            "azurite.mjs", "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--oauth", "basic", "--cert", certificate,
            "--key", key, "--silent", "--disableTelemetry"]);
        using var patience = new CancellationTokenSource(StartsWithin, TimeProvider.System);
        var said = "";
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            said += line + '\n';
            if (Listening().Match(line) is { Success: true } match)
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                _ = process.StandardError.ReadToEndAsync(CancellationToken.None);
                return new Azurite(new Uri(match.Groups["address"].Value));
            }
        }

        Assert.Fail($"Expected Azurite to listen; it said: {said} {await process.StandardError.ReadToEndAsync(patience.Token)}");
        throw new InvalidOperationException();
    }

    private static async Task<(string Certificate, string Key)> WriteCertificateAsync(string directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetUtcNow().AddDays(1));
        var (certificateFile, keyFile) = (Path.Combine(directory, "certificate.pem"), Path.Combine(directory, "key.pem"));
        await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
        await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
        return (certificateFile, keyFile);
    }

    private static Process Start(string[] arguments, [CallerFilePath] string thisFile = "")
    {
        var folder = Path.Combine(Path.GetDirectoryName(thisFile)!, "node");
        Assert.True(Directory.Exists(Path.Combine(folder, "node_modules")), $"The npm packages aren't there: run 'npm ci' in {folder}.");
        var start = new ProcessStartInfo("node", arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception)
        {
            Assert.Fail("This test compares with Azurite, for which Node.js 22 or later must be installed as 'node'.");
            throw;
        }
    }

    [GeneratedRegex("listens on (?<address>https://[0-9.:]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 30_000)]
    private static partial Regex Listening();
}
