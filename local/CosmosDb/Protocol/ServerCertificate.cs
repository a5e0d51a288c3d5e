using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Chat.Local.Store;

namespace Chat.Local.CosmosDb.Protocol;

/// <summary>
/// The certificate of the account's port: self-made, for this machine's own names, and kept in the store with the data until it ends.
/// </summary>
internal sealed class ServerCertificate(LocalStore store, TimeProvider time)
{
    /// <summary>Where clients find it, as at the emulator.</summary>
    public const string Path = "/_explorer/emulator.pem";

    private const string Space = "cosmos certificate";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>As long as Apple's systems trust one that its user trusts: https://support.apple.com/103769.</summary>
    private const int Days = 825;

    private readonly Lock _lock = new();
    private X509Certificate2? _certificate;

    public string Pem => Get().ExportCertificatePem();

    public X509Certificate2 Get()
    {
        lock (_lock)
        {
            return _certificate ??= Load() ?? Create();
        }
    }

    private X509Certificate2? Load()
    {
        var certificates = store.TakeLoaded(Space).Select(record => X509CertificateLoader.LoadPkcs12(record.Value, null)).ToList();
        return certificates.Find(certificate => certificate.NotAfter.ToUniversalTime() > time.GetUtcNow().UtcDateTime.AddDays(1));
    }

    private X509Certificate2 Create()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        names.AddIpAddress(IPAddress.IPv6Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForEndEntity(critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ServerAuthentication)], critical: false));
        var now = time.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(Days - 1));
        var bytes = made.Export(X509ContentType.Pkcs12);
        store.Put(new Record(store.NewId(), Space, "localhost", bytes));
        return X509CertificateLoader.LoadPkcs12(bytes, null);
    }
}
