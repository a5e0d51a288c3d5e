using Microsoft.Azure.Functions.Worker.Converters;

namespace Chat.Functions.Shared;

/// <summary>
/// Takes ids out of a function's route. A malformed id becomes <c>None</c>, so its refusal is that of an id that nobody has.
/// </summary>
internal sealed class RouteIdConverter : IInputConverter
{
    public ValueTask<ConversionResult> ConvertAsync(ConverterContext context) =>
        ValueTask.FromResult(ConversionResult.Success(Parse(context.TargetType, context.Source as string)));

    private static object Parse(Type type, string? text) =>
        type == typeof(ConversationId) ? ConversationId.TryParse(text, out var conversation) ? conversation : ConversationId.None
        : type == typeof(MessageId) ? MessageId.TryParse(text, out var message) ? message : MessageId.None
        : type == typeof(CaseId) ? CaseId.TryParse(text, out var @case) ? @case : CaseId.None
        : type == typeof(DecisionId) ? DecisionId.TryParse(text, out var decision) ? decision : DecisionId.None
        : type == typeof(MediaId) ? MediaId.TryParse(text, out var media) ? media : MediaId.None
        : type == typeof(StickerPackId) ? StickerPackId.TryParse(text, out var pack) ? pack : StickerPackId.None
        : type == typeof(CollectionId) ? CollectionId.TryParse(text, out var collection) ? collection : CollectionId.None
        : type == typeof(CollectionItemId) ? CollectionItemId.TryParse(text, out var item) ? item : CollectionItemId.None
        : type == typeof(UserId) ? UserId.TryParse(text, out var user) ? user : UserId.None
        : type == typeof(ContentId) ? ContentId.TryParse(text, out var content) ? content : ContentId.None
        : throw new InvalidOperationException($"No route has a {type.Name}.");
}
