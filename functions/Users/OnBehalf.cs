using System.Collections.Frozen;
using Chat.Functions.Conversations;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Shared;
using Microsoft.AspNetCore.Http;

namespace Chat.Functions.Users;

/// <summary>
/// The header by which the host app acts for a user: from then on the call is that user's, so that the same decides it as if they had
/// called. Only the host app's own token may have it, and only for what host apps do for users.
/// </summary>
internal static class OnBehalf
{
    public const string Header = "On-Behalf-Of";

    private static readonly FrozenSet<string> Allowed =
        new[] { nameof(CreateConversation), nameof(AddMembers), nameof(SendMessage) }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>Whom a call is for, null without the header; or the refusal.</summary>
    /// <param name="headers">The call's.</param>
    /// <param name="function">What is called.</param>
    /// <param name="isHost">Whether the token is the host app's.</param>
    public static (UserId? User, Problem? Refusal) Read(IHeaderDictionary headers, string function, bool isHost) =>
        !headers.TryGetValue(Header, out var given) ? (null, null)
        : !isHost || !Allowed.Contains(function) ? (null, Problems.NotAllowed)
        : UserId.TryParse(given.ToString(), out var user) ? (user, null)
        : (null, Problems.Malformed([new Fault(Header, "invalid_id", $"Must be {UserId.Rule}.")]));
}
