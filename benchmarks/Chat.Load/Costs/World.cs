using System.Text.Json;
using Chat.Load.Servers;

namespace Chat.Load.Costs;

/// <summary>People and conversations of their own for one measurement, so that each begins like the others.</summary>
internal sealed class World(HttpClient http, string name)
{
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
            _users[person] = user = new User(http, Name(person));
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
