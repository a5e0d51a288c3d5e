using System.Text.Json.Serialization;

namespace Chat.Functions.Messages;

/// <summary>What a member is shown at the place of a message: the message, or a stub. A <c>seq</c> is never withheld.</summary>
[JsonDerivedType(typeof(MessageView))]
[JsonDerivedType(typeof(HiddenMessageView))]
public abstract record ShownMessage;

/// <summary>The stub of a group's message whose sender the viewer blocks.</summary>
public sealed record HiddenMessageView(long Seq) : ShownMessage
{
    /// <summary>Why a message, or its preview in a list, is hidden.</summary>
    public const string Blocked = "blocked";

    public string Hidden { get; } = Blocked;
}
