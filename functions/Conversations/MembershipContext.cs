using Chat.Functions.Members;

namespace Chat.Functions.Conversations;

/// <summary>A conversation and one active member's part in it.</summary>
public sealed record MembershipContext(Head Head, Member Member);
