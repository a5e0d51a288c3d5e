using Azure.Core;
using Azure.Storage.Blobs;
using Chat.Functions.Hooks;
using Chat.Functions.Shared;
using Chat.Functions.Stickers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Chat.Functions.Media;

/// <summary>Registers uploads and the client of Blob Storage, one for the process.</summary>
internal static class MediaSetup
{
    /// <summary>The connection setting: a connection string, or <c>Media__BlobServiceUri</c> for managed identity.</summary>
    public const string Connection = "Media";

    public static IServiceCollection AddMedia(this IServiceCollection services, IConfiguration configuration)
    {
        configuration.RequireConnection(Connection, "BlobServiceUri");
        return services
            .AddSingleton(configuration.GetValidated<MediaOptions>("Media"))
            .AddSingleton(_ => Options())
            .AddSingleton(provider => Client(configuration, provider))
            .AddSingleton<BlobAddresses>()
            .AddSingleton<MediaBlobs>()
            .AddSingleton<MediaStore>()
            .AddSingleton<MediaQueue>()
            .AddSingleton<OpenUploads>()
            .AddSingleton<MediaProcessing>()
            .AddHostAddress<MediaScan>(configuration, "Media:Scan")
            .AddSingleton<MediaScan>()
            .AddSingleton<MediaCleanup>()
            .AddSingleton<MediaReferences>()
            .AddSingleton<StickerPackStore>()
            .AddSingleton<Attaching>();
    }

    private static BlobClientOptions Options() => new(BlobClientOptions.ServiceVersion.V2026_06_06)
    {
        // Requests have few seconds, and what queue messages ask for comes again.
        Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(200), NetworkTimeout = TimeSpan.FromSeconds(30) },
    };

    private static BlobServiceClient Client(IConfiguration configuration, IServiceProvider provider)
    {
        var options = provider.GetRequiredService<BlobClientOptions>();
        return configuration[Connection] is { Length: > 0 } connectionString
            ? new BlobServiceClient(connectionString, options)
            : new BlobServiceClient(
                new Uri(configuration.Required($"{Connection}:BlobServiceUri")),
                provider.GetRequiredService<TokenCredential>(),
                options);
    }
}

/// <summary>How clients reach uploads, under <c>Media</c> in the settings.</summary>
public sealed record MediaOptions
{
    /// <summary>
    /// What clients put in place of the storage account's address, such as a front door's; the account's own when empty. Addresses that
    /// were given out before a change keep the old one, for 75 minutes at most.
    /// </summary>
    public Uri? PublicUri { get; init; }

    /// <summary>
    /// Whether files of every kind may be uploaded. Off by default: what is in them isn't looked at. What was sent stays to be had.
    /// </summary>
    public bool FilesEnabled { get; init; }
}
