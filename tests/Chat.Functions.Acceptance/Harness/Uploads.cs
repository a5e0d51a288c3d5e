using System.Net;
using System.Text.Json;
using Azure.Storage.Blobs;
using Chat.Functions.Media;
using Chat.Local;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>How people upload photos, in words, and what Blob Storage has then.</summary>
internal sealed class Uploads(LocalAzure azure) : IDisposable
{
    private readonly HttpClient _http = new(azure.Blobs.CreateHandler());

    /// <summary>Asks for an address, puts a photo there and says so.</summary>
    public async Task<string> UploadAsync(Person person, string conversation, Photo? photo = null, string? clientMessageId = null)
    {
        photo ??= new Photo();
        var upload = await BeginAsync(person, photo.For(conversation, clientMessageId));
        await photo.PutAsync(_http, upload);
        await CompleteAsync(person, upload.Text("mediaId")!);
        return upload.Text("mediaId")!;
    }

    /// <summary>Uploads a photo, and waits until it can be seen.</summary>
    public async Task<string> UploadedAsync(Person person, string conversation, Photo? photo = null)
    {
        var media = await UploadAsync(person, conversation, photo);
        await IsAsync(person, media, "ready");
        return media;
    }

    public Task<JsonElement> BeginAsync(Person person, object declared) =>
        person.AskAsync("POST", "/api/media/uploads", declared, HttpStatusCode.Created);

    public Task<HttpStatusCode> PutAsync(JsonElement upload, Photo? photo = null) => (photo ?? new Photo()).PutAsync(_http, upload);

    public Task<JsonElement> CompleteAsync(Person person, string media) =>
        person.AskAsync("POST", $"/api/media/uploads/{media}/complete");

    /// <summary>Waits for what becomes of an upload.</summary>
    public Task<JsonElement> IsAsync(Person person, string media, string state) =>
        Eventually.SeesAsync(() => CompleteAsync(person, media), upload => upload.Text("state") == state, $"{media} to be {state}");

    /// <summary>Sends a photo that can be seen by now; the message as its sender sees it.</summary>
    public async Task<JsonElement> ShareAsync(Person person, string conversation) =>
        await person.SayAsync(conversation, Of(await UploadedAsync(person, conversation)));

    /// <summary>What a message says that has nothing but a photo.</summary>
    public static object Of(string media) => new { attachments = new[] { new { mediaId = media } } };

    /// <summary>Asks for the address of a message's first file.</summary>
    public static async Task<JsonElement> AddressAsync(Person person, JsonElement message, string variant = "320")
    {
        var mediaId = message.List("attachments")[0].Text("mediaId");
        return await AddressOfAsync(person, message, mediaId!, variant);
    }

    /// <summary>Asks for the address of a file that a message refers to, or did.</summary>
    public static async Task<JsonElement> AddressOfAsync(Person person, JsonElement message, string mediaId, string variant = "320")
    {
        var (conversationId, messageId) = (message.Text("conversationId"), message.Text("messageId"));
        var body = new { items = new[] { new { conversationId, messageId, mediaId, variant } } };
        return (await person.AskAsync("POST", "/api/media/urls", body)).List("items").Single();
    }

    /// <summary>Gets what is at an address; null when that is refused.</summary>
    public async Task<(byte[] Bytes, string? Type)?> GetAsync(string address)
    {
        using var answer = await _http.GetAsync(new Uri(address));
        return answer.IsSuccessStatusCode
            ? (await answer.Content.ReadAsByteArrayAsync(), answer.Content.Headers.ContentType?.MediaType)
            : null;
    }

    /// <summary>The names of all blobs of uploads and files, with their containers.</summary>
    public Task<List<string>> BlobsAsync() => BlobsAsync(MediaBlobs.Incoming, MediaBlobs.Stored);

    /// <summary>The names of the copies that are kept for moderators.</summary>
    public Task<List<string>> EvidenceAsync() => BlobsAsync(MediaBlobs.Evidence);

    public void Dispose() => _http.Dispose();

    private async Task<List<string>> BlobsAsync(params string[] containers)
    {
        var service = azure.Blobs.Connect(new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06));
        var names = new List<string>();
        foreach (var container in containers)
        {
            await foreach (var blob in service.GetBlobContainerClient(container).GetBlobsAsync(default, default, null, default))
            {
                names.Add($"{container}/{blob.Name}");
            }
        }

        return names;
    }
}
