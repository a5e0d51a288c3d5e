using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Chat.Local;

/// <summary>HTTP and HTTPS on one port.</summary>
internal static class HttpAndHttps
{
    /// <summary>The first byte of a TLS connection: a handshake record. No request begins with it.</summary>
    private const byte TlsHandshake = 0x16;

    /// <summary>How long a connection may send nothing before it is closed, as Kestrel's handshake may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Puts TLS before HTTP where the client begins with TLS. What is used first here comes first on a connection.</summary>
    public static void UseHttpAndHttps(this ListenOptions listen, X509Certificate2 certificate, TimeProvider time)
    {
        ConnectionDelegate plain = _ => Task.CompletedTask;
        listen.Protocols = HttpProtocols.Http1;
        listen.Use(secured => async connection =>
        {
            if (await BeginsWithTlsAsync(connection, time) is { } isTls)
            {
                await (isTls ? secured : plain)(connection);
            }
        });
        listen.UseHttps(certificate);
        listen.Use(next => plain = next);
    }

    /// <summary>Null when the client sends nothing: no limit of Kestrel's holds before the first byte.</summary>
    private static async Task<bool?> BeginsWithTlsAsync(ConnectionContext connection, TimeProvider time)
    {
        var input = connection.Transport.Input;
        using var patience = new CancellationTokenSource(Patience, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed, patience.Token);
        try
        {
            var read = await input.ReadAsync(end.Token);
            var isTls = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == TlsHandshake;
            input.AdvanceTo(read.Buffer.Start);
            return isTls;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
