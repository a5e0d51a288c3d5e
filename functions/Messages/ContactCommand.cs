using Chat.Functions.Log;
using Chat.Functions.Shared;
using Chat.Functions.Trust;

namespace Chat.Functions.Messages;

/// <summary>
/// A command that may be first contact. The head decides nearly all of them. Where it doesn't suffice, the command is refused with
/// <see cref="Undecided"/>. Then first contact is evaluated, and the command is given again with its outcome.
/// </summary>
internal abstract record ContactCommand : LogCommand
{
    /// <summary>It is to be given again with <see cref="Contact"/>.</summary>
    internal static readonly Problem Undecided = Problems.Unavailable with { Detail = "First contact isn't decided yet." };

    /// <summary>
    /// How often first contact is evaluated for one call, because the members changed meanwhile. Then the call is refused as unavailable.
    /// </summary>
    internal const int MaxEvaluations = 3;

    /// <summary>The outcome of first contact; null while it isn't evaluated.</summary>
    public Contact? Contact { get; init; }

    /// <summary>Whether it may be the message of a request. What can't be sent as one isn't counted, and nobody is told of it.</summary>
    public virtual bool MayBeRequest => false;

    /// <summary>What it says; null for nothing.</summary>
    public virtual string? Text => null;
}
