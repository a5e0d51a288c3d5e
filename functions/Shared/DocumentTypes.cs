using System.Text.Json.Serialization;
using Chat.Functions.Collections;
using Chat.Functions.Conversations;
using Chat.Functions.Invites;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Pins;
using Chat.Functions.Polls;
using Chat.Functions.Reactions;
using Chat.Functions.Scheduled;

// The log's namespace, because these are parts of its types: the parts that name features.
namespace Chat.Functions.Log;

// The strings are stored in every document, as its "type". Never rename one.
[JsonDerivedType(typeof(Message), "message")]
[JsonDerivedType(typeof(LogEvent), "event")]
[JsonDerivedType(typeof(Member), "member")]
[JsonDerivedType(typeof(Revision), "revision")]
[JsonDerivedType(typeof(MemberReactions), "reactions")]
[JsonDerivedType(typeof(MemberVote), "vote")]
[JsonDerivedType(typeof(ConversationPins), "pins")]
[JsonDerivedType(typeof(ScheduledMessage), "scheduled")]
[JsonDerivedType(typeof(ConversationCollections), "collections")]
[JsonDerivedType(typeof(CollectionItems), "collectionItems")]
[JsonDerivedType(typeof(GroupProfile), "about")]
[JsonDerivedType(typeof(InviteLinks), "invites")]
[JsonDerivedType(typeof(InviteUse), "inviteUse")]
public abstract partial record ConversationDocument;

[JsonDerivedType(typeof(Message), "message")]
[JsonDerivedType(typeof(LogEvent), "event")]
public abstract partial record LogEntry;
