using System.Text.Json;

namespace Chat.Functions.Shared;

/// <summary>Getters for optional fields, lists and objects. Null counts as absent.</summary>
public sealed partial class RequestBody
{
    /// <summary>An object within the body. Its faults are noted on the body.</summary>
    private RequestBody(RequestBody body, string pointer, JsonElement element)
    {
        _buffer = [];
        _object = element;
        _path = body._path + pointer;
        _faults = body._faults;
    }

    /// <summary>Whether a field is given.</summary>
    public bool Has(string name) =>
        _unreadable is null && _object.TryGetProperty(name, out var element) && element.ValueKind != JsonValueKind.Null;

    /// <summary>A boolean; false when absent.</summary>
    public bool Flag(string name)
    {
        if (!Has(name))
        {
            return false;
        }

        var element = _object.GetProperty(name);
        if (element.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Fault($"/{name}", "wrong_type", "Must be true or false.");
        }

        return element.ValueKind == JsonValueKind.True;
    }

    /// <summary>As <see cref="Text"/>, or empty.</summary>
    public string OptionalText(string name, int limit)
    {
        if (!Has(name) || !TryGetString(name, out var text))
        {
            return "";
        }

        if (text.Length > 0)
        {
            CheckText($"/{name}", text, limit);
        }

        return text;
    }

    /// <summary>The id of an upload.</summary>
    public MediaId MediaId(string name)
    {
        if (TryGetString(name, out var text) && !Shared.MediaId.TryParse(text, out _))
        {
            Fault($"/{name}", "invalid_id", "Must be an upload's id.");
        }

        return new MediaId(text);
    }

    /// <summary>The id of a thing of the host app's.</summary>
    public ContentId ContentId(string name)
    {
        if (TryGetString(name, out var text) && !Shared.ContentId.TryParse(text, out _))
        {
            Fault($"/{name}", "invalid_id", $"Must be {UserId.Rule}.");
        }

        return new ContentId(text);
    }

    /// <summary>An id that the host app or a client chose.</summary>
    public string ChosenId(string name)
    {
        if (TryGetString(name, out var text) && !Shared.ChosenId.IsWellFormed(text))
        {
            Fault($"/{name}", "invalid_id", $"Must be {Shared.ChosenId.Rule}.");
        }

        return text;
    }

    /// <summary>A conversation id.</summary>
    public ConversationId ConversationId(string name)
    {
        if (TryGetString(name, out var text) && !Shared.ConversationId.TryParse(text, out _))
        {
            Fault($"/{name}", "invalid_id", "Must be a conversation's id.");
        }

        return new ConversationId(text);
    }

    /// <summary>A message id.</summary>
    public MessageId MessageId(string name)
    {
        if (TryGetString(name, out var text) && !Shared.MessageId.TryParse(text, out _))
        {
            Fault($"/{name}", "invalid_id", "Must be a message's id.");
        }

        return new MessageId(text);
    }

    /// <summary>A message id; null when absent.</summary>
    public MessageId? OptionalMessageId(string name)
    {
        if (!Has(name) || !TryGetString(name, out var text))
        {
            return null;
        }

        if (!Shared.MessageId.TryParse(text, out var id))
        {
            Fault($"/{name}", "invalid_id", "Must be a message's id.");
        }

        return id;
    }

    /// <summary>The id of a collection's item; null when absent.</summary>
    public CollectionItemId? OptionalItemId(string name)
    {
        if (!Has(name) || !TryGetString(name, out var text))
        {
            return null;
        }

        if (!CollectionItemId.TryParse(text, out var id))
        {
            Fault($"/{name}", "invalid_id", "Must be an item's id.");
        }

        return id;
    }

    /// <summary>A conversation id; null when absent.</summary>
    public ConversationId? OptionalConversationId(string name)
    {
        if (!Has(name) || !TryGetString(name, out var text))
        {
            return null;
        }

        if (!Shared.ConversationId.TryParse(text, out var id))
        {
            Fault($"/{name}", "invalid_id", "Must be a conversation's id.");
        }

        return id;
    }

    /// <summary>A list of message ids, without duplicates.</summary>
    public IReadOnlyList<MessageId> MessageIds(string name, int most)
    {
        var ids = Items(name, 1, most, JsonValueKind.String, "a message's id", (pointer, element) =>
        {
            if (!Shared.MessageId.TryParse(Decode(element), out var id))
            {
                Fault(pointer, "invalid_id", "Must be a message's id.");
            }

            return id;
        });
        return [.. ids.Distinct()];
    }

    /// <summary>An object; null when absent.</summary>
    public RequestBody? OptionalObject(string name) =>
        Has(name) && TryGet(name, "an object", out var element, JsonValueKind.Object) ? new(this, $"/{name}", element) : null;

    /// <summary>A list of objects, within bounds.</summary>
    public IReadOnlyList<RequestBody> Objects(string name, int least, int most) =>
        Items(name, least, most, JsonValueKind.Object, "an object", (pointer, element) => new RequestBody(this, pointer, element));

    /// <summary>A list of texts (see <see cref="Text"/>), within bounds.</summary>
    public IReadOnlyList<string> Texts(string name, int least, int most, int limit) =>
        Items(name, least, most, JsonValueKind.String, "a string", (pointer, element) =>
        {
            if (Decode(element) is not { } text)
            {
                Fault(pointer, "invalid_text", "Must be valid Unicode.");
                return "";
            }

            CheckText(pointer, text, limit);
            return text;
        });

    /// <summary>A list of non-negative integers, without duplicates and ascending.</summary>
    public IReadOnlyList<int> Indexes(string name, int most)
    {
        var indexes = Items(name, 0, most, JsonValueKind.Number, "a whole number", (pointer, element) =>
        {
            if (element.TryGetInt32(out var index) && index >= 0)
            {
                return index;
            }

            Fault(pointer, "out_of_range", "Must be a whole number from 0 on.");
            return 0;
        });
        return [.. indexes.Distinct().Order()];
    }

    /// <summary>A list of exactly <paramref name="count"/> integers from 0 to 100.</summary>
    public IReadOnlyList<int> Levels(string name, int count) =>
        Items(name, count, count, JsonValueKind.Number, "a whole number", (pointer, element) =>
        {
            if (element.TryGetInt32(out var level) && level is >= 0 and <= 100)
            {
                return level;
            }

            Fault(pointer, "out_of_range", "Must be a whole number from 0 to 100.");
            return 0;
        });

    /// <summary>A list of conversation ids, without duplicates.</summary>
    public IReadOnlyList<ConversationId> ConversationIds(string name, int most)
    {
        var ids = Items(name, 1, most, JsonValueKind.String, "a conversation's id", (pointer, element) =>
        {
            if (!Shared.ConversationId.TryParse(Decode(element), out var id))
            {
                Fault(pointer, "invalid_id", "Must be a conversation's id.");
            }

            return id;
        });
        return [.. ids.Distinct()];
    }

    private List<T> Items<T>(string name, int least, int most, JsonValueKind kind, string expected, Func<string, JsonElement, T> read)
    {
        if (!TryGet(name, "an array", out var array, JsonValueKind.Array))
        {
            return [];
        }

        if (array.GetArrayLength() < least || array.GetArrayLength() > most)
        {
            Fault($"/{name}", array.GetArrayLength() < least ? "too_few" : "too_many", $"Must be {least} to {most}.");
            return [];
        }

        var items = new List<T>(array.GetArrayLength());
        foreach (var (index, element) in array.EnumerateArray().Index())
        {
            if (element.ValueKind == kind)
            {
                items.Add(read($"/{name}/{index}", element));
            }
            else
            {
                Fault($"/{name}/{index}", "wrong_type", $"Must be {expected}.");
            }
        }

        return items;
    }
}
