using System.Text.Json.Serialization;
using Microsoft.Azure.Functions.Worker.Converters;

namespace Chat.Functions.Shared;

/// <summary>An item of a collection: a message's id, or that and a file's of it, with a dot between. So each is there once.</summary>
[JsonConverter(typeof(CollectionItemIdConverter))]
[InputConverter(typeof(RouteIdConverter))]
public readonly record struct CollectionItemId(string Value)
{
    /// <summary>The id of nothing. A malformed id in a route becomes this.</summary>
    public static readonly CollectionItemId None = new("");

    /// <summary>The message whose content it shows.</summary>
    public MessageId MessageId => new(Value.Split('.')[0]);

    /// <summary>The message's file that it shows; null for the message as a whole.</summary>
    public MediaId? MediaId => Value.Split('.') is [_, var media] ? new MediaId(media) : null;

    public static bool TryParse(string? text, out CollectionItemId id)
    {
        id = new CollectionItemId(text ?? "");
        return id.Value.Split('.') is [var message, .. var rest]
            && Shared.MessageId.TryParse(message, out _)
            && (rest.Length == 0 || (rest is [var media] && Shared.MediaId.TryParse(media, out _)));
    }

    public override string ToString() => Value;
}

internal sealed class CollectionItemIdConverter() : IdConverter<CollectionItemId>(text => new CollectionItemId(text), id => id.Value);
