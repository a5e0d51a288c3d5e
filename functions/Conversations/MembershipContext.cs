using Chat.Functions.Members;

namespace Chat.Functions.Conversations;

/// <summary>A conversation's head with the document of one active member.</summary>
public sealed record MembershipContext(Head Head, Member Member);
