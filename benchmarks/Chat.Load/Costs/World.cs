using System.Security.Cryptography;
using System.Text.Json;
using Chat.Load.Servers;

namespace Chat.Load.Costs;

/// <summary>People and conversations of their own for one measurement, so that each begins like the others.</summary>
internal sealed class World(HttpClient http, string name)
{
    /// <summary>A small PNG.</summary>
    private static readonly byte[] Photo = Convert.FromBase64String(
        "iVBORw0KGgoAAAANSUhEUgAAADAAAAAgCAIAAADbtmxLAAAAN0lEQVR42u3OMQ0AMAgAMJTsRg73FCMLF4SjSQU0uvKUEBISEhISEhJaDr3fpwgJCQkJ"
            + "CQkJLRvv1YBqUu+CQwAAAABJRU5ErkJggg==");

    private readonly Dictionary<string, User> _users = new(StringComparer.Ordinal);
    private int _sent;

    public string Name(string person) => $"{person}-{name}";

    public async Task<string> DirectAsync()
    {
        var created = await AskAsync("ann", "POST", "/conversations", $$"""{"kind":"direct","members":["{{Name("ben")}}"]}""");
        return created.GetProperty("conversationId").GetString()!;
    }

    /// <summary>A group of Ann and others.</summary>
    public async Task<string> GroupAsync(params string[] others)
    {
        var members = string.Join(',', others.Select(other => $"\"{Name(other)}\""));
        var created = await AskAsync("ann", "POST", "/conversations", $$"""{"kind":"group","title":"Team","members":[{{members}}]}""");
        return created.GetProperty("conversationId").GetString()!;
    }

    /// <summary>A channel of Ann's, and of others who write in it, too.</summary>
    public async Task<string> ChannelAsync(params string[] others)
    {
        var members = string.Join(',', others.Select(other => $"\"{Name(other)}\""));
        var created = await AskAsync("ann", "POST", "/conversations", $$"""{"kind":"channel","title":"News","members":[{{members}}]}""");
        return created.GetProperty("conversationId").GetString()!;
    }

    /// <summary>Eve follows a channel.</summary>
    public Task<JsonElement> FollowAsync(string channel) => AskAsync("eve", "PUT", $"/channels/{channel}/subscription", "{}");

    /// <summary>Ann asks where to put a photo.</summary>
    public Task<JsonElement> BeginUploadAsync(string conversation)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Photo));
        return AskAsync(
            "ann",
            "POST",
            "/media/uploads",
            $$"""
            {"conversationId":"{{conversation}}","kind":"image","contentType":"image/png","bytes":{{Photo.Length}},"sha256":"{{hash}}"}
            """);
    }

    /// <summary>Ann puts a photo where she is told; its id.</summary>
    public async Task<string> PutPhotoAsync(string conversation)
    {
        var upload = await BeginUploadAsync(conversation);
        using var content = new ByteArrayContent(Photo);
        using var put = new HttpRequestMessage(HttpMethod.Put, upload.GetProperty("uploadUrl").GetString()) { Content = content };
        foreach (var header in upload.GetProperty("headers").EnumerateObject())
        {
            if (!put.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString()))
            {
                content.Headers.TryAddWithoutValidation(header.Name, header.Value.GetString());
            }
        }

        using var answer = await http.SendAsync(put);
        answer.EnsureSuccessStatusCode();
        return upload.GetProperty("mediaId").GetString()!;
    }

    /// <summary>Ann uploads a photo, and waits until it is ready; its id.</summary>
    public async Task<string> UploadAsync(string conversation)
    {
        var media = await PutPhotoAsync(conversation);
        while (await CompleteAsync() is "pending" or "processing")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        return media;

        async Task<string?> CompleteAsync() =>
            (await AskAsync("ann", "POST", $"/media/uploads/{media}/complete")).GetProperty("state").GetString();
    }

    /// <summary>Sends a message; with what is to be in it besides its text.</summary>
    public async Task<Sent> SendAsync(string conversation, string person = "ann", string more = "")
    {
        var sent = await AskAsync(
            person,
            "POST",
            $"/conversations/{conversation}/messages",
            $$"""{"clientMessageId":"m{{++_sent}}","text":"Hello, how are you today?"{{more}}}""");
        return new Sent(sent.GetProperty("messageId").GetString()!, sent.GetProperty("seq").GetInt64());
    }

    public async Task<JsonElement> AskAsync(string person, string method, string path, string? body = null)
    {
        if (!_users.TryGetValue(person, out var user))
        {
            var role = person switch { "ann" => "chat.publisher", "host" => "chat.host", _ => null };
            _users[person] = user = new User(http, Name(person), role);
        }

        return await user.AskAsync(method, $"/api{path}", body);
    }

    /// <summary>
    /// The first call of a user in 5 min stamps when they were seen, whatever it is; that is no part of what is measured.
    /// </summary>
    public async Task EverybodyIsThereAsync()
    {
        foreach (var person in new[] { "ann", "ben", "eve" })
        {
            await AskAsync(person, "GET", "/me/privacy");
        }
    }
}

/// <summary>A message that was sent.</summary>
internal readonly record struct Sent(string Id, long Seq);
