using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Chat.Functions.Acceptance.Harness;

/// <summary>
/// A client that knows a conversation by its events alone: what it has read so far, folded into messages and pins as docs/protocol.md
/// says.
/// </summary>
/// <param name="owner">Whose client it is.</param>
/// <param name="conversation">What it reads.</param>
/// <param name="isPushed">Whether it gets the events as they are pushed, the same for everyone.</param>
internal sealed class LogReader(Func<Person> owner, string conversation, bool isPushed = false)
{
    private const int MaxUsersOfReaction = 5;

    private readonly Dictionary<string, JsonObject> _messages = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OwnMarks> _own = new(StringComparer.Ordinal);
    private readonly List<(string MessageId, string By, string At)> _pins = [];
    private long _readTo;
    private long _clearedTo;

    /// <summary>Every message, by its place in the log.</summary>
    public List<JsonNode> Messages() => [.. _messages.Values.OrderBy(message => (long)message["seq"]!).Select(Shown)];

    /// <summary>The pins, the newest first.</summary>
    public List<(string MessageId, string By, string At)> Pins() => [.. Enumerable.Reverse(_pins)];

    /// <summary>Drops what its owner has cleared for themselves.</summary>
    public void Clear(long upTo)
    {
        _clearedTo = Math.Max(_clearedTo, upTo);
        foreach (var (id, _) in _messages.Where(known => (long)known.Value["seq"]! <= _clearedTo).ToList())
        {
            _messages.Remove(id);
        }
    }

    /// <summary>
    /// What it knows is what pages of messages and the pins show: nothing else, nothing more, nothing that was taken back.
    /// </summary>
    /// <param name="limit">The most messages on a page.</param>
    public async Task ShouldKnowWhatIsShownAsync(int limit)
    {
        await ComeBackAsync();
        var messages = new List<JsonElement>();
        for (JsonElement? page = null; page?.At("hasMore")?.GetBoolean() != false;)
        {
            page = await owner().AskAsync(
                "GET",
                $"/api/conversations/{conversation}/messages?limit={limit}&afterSeq={page?.Number("toSeq") ?? 0}");
            messages.AddRange(page.Value.List("messages"));
        }

        var known = Messages();
        Assert.Equal(messages.Count, known.Count);
        foreach (var (expected, actual) in messages.Select(message => JsonSerializer.SerializeToNode(message)!).Zip(known))
        {
            Assert.True(
                JsonNode.DeepEquals(expected, actual),
                $"Shown: {expected.ToJsonString()}{Environment.NewLine}Known: {actual.ToJsonString()}");
        }

        var pins = (await owner().AskAsync("GET", $"/api/conversations/{conversation}/pins")).List("pins");
        Assert.Equal(
            pins.Select(pin => (pin.Text("message.messageId")!, pin.Text("by")!, pin.Text("at")!)),
            Pins().Where(pin => _messages.ContainsKey(pin.MessageId)));
    }

    /// <summary>Reads one more page; false when there was none.</summary>
    public async Task<bool> ReadOnAsync(int limit)
    {
        var page = await owner().AskAsync("GET", $"/api/conversations/{conversation}/events?limit={limit}&afterSeq={_readTo}");
        foreach (var entry in page.List("events").Where(entry => entry.Number("seq") > _clearedTo))
        {
            await TakeAsync(entry);
        }

        var isNew = page.Number("toSeq") > _readTo;
        _readTo = page.Number("toSeq");
        return isNew;
    }

    /// <summary>Comes back to the conversation: asks for the polls of which it has a newer version than of the vote in them.</summary>
    public async Task ComeBackAsync()
    {
        foreach (var (id, message) in _messages.Where(
            one => one.Value["poll"] is not null && _own[one.Key].VoteSeq < (long)one.Value["updatedSeq"]!)
            .ToList())
        {
            Put(await AskAsync(id));
        }
    }

    private async Task TakeAsync(JsonElement entry)
    {
        var (type, seq, data) = (entry.Text("type")!, entry.Number("seq"), entry.At("data")!.Value);
        if (type is "message.created")
        {
            PutEvent(data);
            TellThread(data);
        }
        else if (type is "message.updated")
        {
            await UpdateAsync(data);
        }
        else if (type is "reaction.added" or "reaction.removed" && data.Text("by") == owner().Name)
        {
            // Also where the message that it is in is known already: that may have been pushed.
            Own(data.Text("messageId")!).React(data.Text("key")!, type is "reaction.added", seq);
        }
        else if (type is "message.pinned")
        {
            _pins.Add((data.Text("messageId")!, data.Text("by")!, entry.Text("at")!));
        }
        else if (type is "message.unpinned" or "message.deleted")
        {
            _pins.RemoveAll(pin => pin.MessageId == data.Text("messageId"));
        }

        if (data.Text("messageId") is { } id && _messages.TryGetValue(id, out var message) && (long)message["updatedSeq"]! < seq)
        {
            Change(message, type, entry, data);
        }
    }

    /// <summary>Takes in the new version of a message; what isn't told is asked for, and may be gone.</summary>
    private async Task UpdateAsync(JsonElement data)
    {
        if (data.At("message") is { } told)
        {
            PutEvent(told);
            return;
        }

        using var answer = await Person.PatientlyAsync(
            () => owner().GetAsync($"/api/conversations/{conversation}/messages/{data.Text("messageId")}"));
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            _messages.Remove(data.Text("messageId")!);
        }
        else
        {
            Put(JsonSerializer.Deserialize<JsonElement>(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync()));
        }
    }

    private static void Change(JsonObject message, string type, JsonElement entry, JsonElement data)
    {
        if (type is "message.deleted")
        {
            foreach (var said in new[] { "editedAt", "replyTo", "mentions", "mentionsAll", "poll" })
            {
                message.Remove(said);
            }

            (message["text"], message["revision"], message["reactions"]) = ("", 0, new JsonArray());
            (message["unsentAt"], message["unsentBy"]) = (entry.Text("at"), data.Text("by"));
        }
        else if (type is "reaction.added" or "reaction.removed")
        {
            React(message["reactions"]!.AsArray(), data.Text("key")!, data.Text("by")!, type is "reaction.added");
        }
        else
        {
            return;
        }

        message["updatedSeq"] = entry.Number("seq");
    }

    private static void React(JsonArray reactions, string key, string by, bool isAdded)
    {
        var summary = reactions.FirstOrDefault(one => (string)one!["key"]! == key)?.AsObject();
        if (summary is null)
        {
            summary = new JsonObject { ["key"] = key, ["count"] = 0, ["users"] = new JsonArray() };
            reactions.Add(summary);
        }

        var users = summary["users"]!.AsArray();
        summary["count"] = (int)summary["count"]! + (isAdded ? 1 : -1);
        if (isAdded && users.Count < MaxUsersOfReaction)
        {
            users.Add(by);
        }
        else if (!isAdded)
        {
            users.RemoveAll(user => (string)user! == by);
        }

        if ((int)summary["count"]! == 0)
        {
            reactions.Remove(summary);
        }
    }

    private void TellThread(JsonElement reply)
    {
        if (reply.Text("threadId") is { } id && _messages.TryGetValue(id, out var root) && (long)root["updatedSeq"]! < reply.Number("seq"))
        {
            root["thread"] = new JsonObject
            {
                ["count"] = reply.Number("threadOrdinal"),
                ["lastAt"] = reply.Text("at"),
                ["lastSeq"] = reply.Number("seq"),
            };
            root["updatedSeq"] = reply.Number("seq");
        }
    }

    private Task<JsonElement> AskAsync(string messageId) =>
        owner().AskAsync("GET", $"/api/conversations/{conversation}/messages/{messageId}");

    private OwnMarks Own(string messageId) => _own.TryGetValue(messageId, out var own) ? own : _own[messageId] = new OwnMarks();

    private void PutEvent(JsonElement shown)
    {
        var message = JsonSerializer.SerializeToNode(shown)!.AsObject();
        if (isPushed)
        {
            OwnMarks.Strip(message);
        }

        Put(message);
    }

    private void Put(JsonElement shown) => Put(JsonSerializer.SerializeToNode(shown)!.AsObject());

    private void Put(JsonObject message)
    {
        var id = (string)message["messageId"]!;
        if ((long)message["seq"]! <= _clearedTo)
        {
            return;
        }

        Own(id).Take(message);
        if (!_messages.TryGetValue(id, out var known) || (long)known["updatedSeq"]! < (long)message["updatedSeq"]!)
        {
            _messages[id] = message;
        }
    }

    /// <summary>A message with its quote as what it quotes is now, and with what of it is the reader's own.</summary>
    private JsonNode Shown(JsonObject message)
    {
        var shown = message.DeepClone();
        Own((string)message["messageId"]!).Show(shown.AsObject());
        if (message["replyTo"] is { } gone && (long?)gone["seq"] <= _clearedTo)
        {
            shown["replyTo"] = new JsonObject { ["messageId"] = (string)gone["messageId"]! };
        }
        else if (message["replyTo"] is { } quote && _messages.TryGetValue((string)quote["messageId"]!, out var quoted))
        {
            shown["replyTo"] = new JsonObject
            {
                ["messageId"] = (string)quoted["messageId"]!,
                ["seq"] = (long)quoted["seq"]!,
                ["senderId"] = (string)quoted["senderId"]!,
                ["preview"] = (string)quoted["text"]!,
            };
            if (quoted["unsentAt"] is not null)
            {
                shown["replyTo"]!["isUnsent"] = true;
            }
        }

        return shown;
    }
}
