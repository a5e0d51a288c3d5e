using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Chat.Functions.Blocks;
using Chat.Functions.Cards;
using Chat.Functions.Channels;
using Chat.Functions.Collections;
using Chat.Functions.Comments;
using Chat.Functions.Content;
using Chat.Functions.Conversations;
using Chat.Functions.Decisions;
using Chat.Functions.Delivery;
using Chat.Functions.Erasure;
using Chat.Functions.Events;
using Chat.Functions.Gifs;
using Chat.Functions.Health;
using Chat.Functions.Hooks;
using Chat.Functions.Inbox;
using Chat.Functions.Invites;
using Chat.Functions.Locations;
using Chat.Functions.Log;
using Chat.Functions.Media;
using Chat.Functions.Members;
using Chat.Functions.Messages;
using Chat.Functions.Moderation;
using Chat.Functions.Mutes;
using Chat.Functions.People;
using Chat.Functions.Pins;
using Chat.Functions.Polls;
using Chat.Functions.Presence;
using Chat.Functions.Previews;
using Chat.Functions.Privacy;
using Chat.Functions.RateLimits;
using Chat.Functions.Reactions;
using Chat.Functions.Realtime;
using Chat.Functions.Receipts;
using Chat.Functions.Reports;
using Chat.Functions.Requests;
using Chat.Functions.Responses;
using Chat.Functions.Restrictions;
using Chat.Functions.Scheduled;
using Chat.Functions.Standings;
using Chat.Functions.Stickers;
using Chat.Functions.Streaks;
using Chat.Functions.Sync;
using Chat.Functions.Typing;

namespace Chat.Functions.Shared;

/// <summary>The JSON of documents, queue messages and answers: camelCase, source-generated.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = false,
    AllowOutOfOrderMetadataProperties = true,
    Converters =
    [
        typeof(TimestampConverter),
        typeof(CamelCaseEnumConverter<ConversationKind>),
        typeof(CamelCaseEnumConverter<MemberRole>),
        typeof(CamelCaseEnumConverter<MemberState>),
        typeof(CamelCaseEnumConverter<HistoryVisibility>),
        typeof(CamelCaseEnumConverter<JoinPolicy>),
        typeof(CamelCaseEnumConverter<ChannelVisibility>),
        typeof(CamelCaseEnumConverter<ContentAction>),
        typeof(CamelCaseEnumConverter<WordMatch>),
        typeof(CamelCaseEnumConverter<AgeBand>),
        typeof(CamelCaseEnumConverter<PersonState>),
        typeof(CamelCaseEnumConverter<Audience>),
        typeof(CamelCaseEnumConverter<RequestState>),
        typeof(CamelCaseEnumConverter<ReportReason>),
        typeof(CamelCaseEnumConverter<Severity>),
        typeof(CamelCaseEnumConverter<CaseState>),
        typeof(CamelCaseEnumConverter<TargetKind>),
        typeof(CamelCaseEnumConverter<DecisionAction>),
        typeof(CamelCaseEnumConverter<DecisionGround>),
        typeof(CamelCaseEnumConverter<Standing>),
        typeof(CamelCaseEnumConverter<MediaState>),
        typeof(CamelCaseEnumConverter<NotifyLevel>),
        typeof(CamelCaseEnumConverter<SubscriptionState>),
        typeof(CamelCaseEnumConverter<StreakState>),
        typeof(CamelCaseEnumConverter<ErasureState>),
        typeof(CamelCaseEnumConverter<ErasurePhase>),
    ])]
[JsonSerializable(typeof(Head))]
[JsonSerializable(typeof(Member))]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(ConversationDocument))]
[JsonSerializable(typeof(Pair))]
[JsonSerializable(typeof(InboxEntry))]
[JsonSerializable(typeof(InboxLast))]
[JsonSerializable(typeof(MessagePreview))]
[JsonSerializable(typeof(EntriesCommitted))]
[JsonSerializable(typeof(FanOutMessage))]
[JsonSerializable(typeof(System.Text.Json.JsonDocument))]
[JsonSerializable(typeof(ConversationCreated))]
[JsonSerializable(typeof(MembersJoined))]
[JsonSerializable(typeof(ConversationView))]
[JsonSerializable(typeof(PrivacySettings))]
[JsonSerializable(typeof(PrivacyView))]
[JsonSerializable(typeof(Profile))]
[JsonSerializable(typeof(DailyCounts))]
[JsonSerializable(typeof(OpenContactList))]
[JsonSerializable(typeof(WordListDocument))]
[JsonSerializable(typeof(BeforeSend))]
[JsonSerializable(typeof(BeforeSet))]
[JsonSerializable(typeof(DecisionTold))]
[JsonSerializable(typeof(RelationshipAnswer))]
[JsonSerializable(typeof(BeforeSendAnswer))]
[JsonSerializable(typeof(DocumentsPage<WordListVersion>))]
[JsonSerializable(typeof(PresenceList))]
[JsonSerializable(typeof(Person))]
[JsonSerializable(typeof(Relationship))]
[JsonSerializable(typeof(ProfileView))]
[JsonSerializable(typeof(ProfileList))]
[JsonSerializable(typeof(DocumentsPage<Person>))]
[JsonSerializable(typeof(DocumentsPage<JsonElement>))]
[JsonSerializable(typeof(DocumentsPage<int>))]
[JsonSerializable(typeof(Block))]
[JsonSerializable(typeof(BlockPage))]
[JsonSerializable(typeof(BlockUpdated))]
[JsonSerializable(typeof(MutePage))]
[JsonSerializable(typeof(MuteUpdated))]
[JsonSerializable(typeof(RestrictionPage))]
[JsonSerializable(typeof(RestrictionUpdated))]
[JsonSerializable(typeof(DocumentsPage<Block>))]
[JsonSerializable(typeof(HiddenWords))]
[JsonSerializable(typeof(HiddenWordList))]
[JsonSerializable(typeof(RequestNote))]
[JsonSerializable(typeof(DeclinedSender))]
[JsonSerializable(typeof(RequestPage))]
[JsonSerializable(typeof(RequestReceived))]
[JsonSerializable(typeof(RequestResolved))]
[JsonSerializable(typeof(DocumentsPage<RequestNote>))]
[JsonSerializable(typeof(ReceiptList))]
[JsonSerializable(typeof(ReceiptMoved))]
[JsonSerializable(typeof(UserTyping))]
[JsonSerializable(typeof(ConversationPage))]
[JsonSerializable(typeof(MessageView))]
[JsonSerializable(typeof(ShownMessage))]
[JsonSerializable(typeof(HiddenMessageView))]
[JsonSerializable(typeof(MessagePage))]
[JsonSerializable(typeof(MessageUpdated))]
[JsonSerializable(typeof(MessageDeleted))]
[JsonSerializable(typeof(RevisionPage))]
[JsonSerializable(typeof(ReactionChanged))]
[JsonSerializable(typeof(ReactionPage))]
[JsonSerializable(typeof(EventPage))]
[JsonSerializable(typeof(MessageContent))]
[JsonSerializable(typeof(Location))]
[JsonSerializable(typeof(SendResults))]
[JsonSerializable(typeof(MessageHidden))]
[JsonSerializable(typeof(OwnVote))]
[JsonSerializable(typeof(ScheduledDue))]
[JsonSerializable(typeof(ScheduledMessage))]
[JsonSerializable(typeof(ScheduledPage))]
[JsonSerializable(typeof(ScheduledView))]
[JsonSerializable(typeof(PinChanged))]
[JsonSerializable(typeof(PinPage))]
[JsonSerializable(typeof(ConversationPins))]
[JsonSerializable(typeof(RealtimeConnection))]
[JsonSerializable(typeof(ConnectionState))]
[JsonSerializable(typeof(PushGroupsDue))]
[JsonSerializable(typeof(CaseDocument))]
[JsonSerializable(typeof(Case))]
[JsonSerializable(typeof(Report))]
[JsonSerializable(typeof(Reporter))]
[JsonSerializable(typeof(Evidence))]
[JsonSerializable(typeof(CaseDecision))]
[JsonSerializable(typeof(DecisionApplied))]
[JsonSerializable(typeof(Appeal))]
[JsonSerializable(typeof(UserStanding))]
[JsonSerializable(typeof(ListedStanding))]
[JsonSerializable(typeof(OwnDecision))]
[JsonSerializable(typeof(OwnDecisionView))]
[JsonSerializable(typeof(OwnDecisionList))]
[JsonSerializable(typeof(AppealState))]
[JsonSerializable(typeof(ReportState))]
[JsonSerializable(typeof(CaseView))]
[JsonSerializable(typeof(CasePage))]
[JsonSerializable(typeof(CaseDetails))]
[JsonSerializable(typeof(DecisionView))]
[JsonSerializable(typeof(ModerationMessage))]
[JsonSerializable(typeof(DocumentsPage<Case>))]
[JsonSerializable(typeof(DocumentsPage<CaseDocument>))]
[JsonSerializable(typeof(DocumentsPage<Evidence>))]
[JsonSerializable(typeof(DocumentsPage<ListedStanding>))]
[JsonSerializable(typeof(DocumentsPage<OwnDecision>))]
[JsonSerializable(typeof(UserErasure))]
[JsonSerializable(typeof(ErasureView))]
[JsonSerializable(typeof(DocumentsPage<FoundDocument>))]
[JsonSerializable(typeof(Subscription))]
[JsonSerializable(typeof(CommentsWatch))]
[JsonSerializable(typeof(SubscriptionView))]
[JsonSerializable(typeof(Watching))]
[JsonSerializable(typeof(CreatedChannels))]
[JsonSerializable(typeof(Follower))]
[JsonSerializable(typeof(FollowerCount))]
[JsonSerializable(typeof(PostResponse))]
[JsonSerializable(typeof(CountedShard))]
[JsonSerializable(typeof(FoldedCounts))]
[JsonSerializable(typeof(PostCountsView))]
[JsonSerializable(typeof(DocumentsPage<PostResponse>))]
[JsonSerializable(typeof(DocumentsPage<FoldedCounts>))]
[JsonSerializable(typeof(DocumentsPage<Subscription>))]
[JsonSerializable(typeof(DocumentsPage<FollowerCount>))]
[JsonSerializable(typeof(MediaItem))]
[JsonSerializable(typeof(MediaMessage))]
[JsonSerializable(typeof(ScanQuestion))]
[JsonSerializable(typeof(ScanAnswer))]
[JsonSerializable(typeof(MediaReference))]
[JsonSerializable(typeof(DocumentsPage<MediaReference>))]
[JsonSerializable(typeof(DocumentsPage<MediaItem>))]
[JsonSerializable(typeof(MediaUrlList))]
[JsonSerializable(typeof(CardList))]
[JsonSerializable(typeof(CachedPreview))]
[JsonSerializable(typeof(CardsTold))]
[JsonSerializable(typeof(RevokedCard))]
[JsonSerializable(typeof(DocumentsPage<RevokedCard>))]
[JsonSerializable(typeof(DocumentsPage<ShownCard>))]
[JsonSerializable(typeof(Unfurl))]
[JsonSerializable(typeof(UnfurlAnswer))]
[JsonSerializable(typeof(GifAnswer))]
[JsonSerializable(typeof(GifPage))]
[JsonSerializable(typeof(UploadView))]
[JsonSerializable(typeof(OpenUploadList))]
[JsonSerializable(typeof(StickerPack))]
[JsonSerializable(typeof(StickerPackView))]
[JsonSerializable(typeof(StickerPackList))]
[JsonSerializable(typeof(DocumentsPage<StickerPack>))]
[JsonSerializable(typeof(StreakList))]
[JsonSerializable(typeof(StreakView))]
[JsonSerializable(typeof(ConversationCollections))]
[JsonSerializable(typeof(CollectionItems))]
[JsonSerializable(typeof(CollectionList))]
[JsonSerializable(typeof(CollectionItemPage))]
[JsonSerializable(typeof(CollectionUpdated))]
[JsonSerializable(typeof(CollectionDeleted))]
[JsonSerializable(typeof(CollectionItemPlaced))]
[JsonSerializable(typeof(CollectionItemRemoved))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(HealthReport))]
[JsonSerializable(typeof(ChatEvent[]))]
[JsonSerializable(typeof(object[]))]
[JsonSerializable(typeof(IReadOnlyList<HeadMember>))]
[JsonSerializable(typeof(DocumentsPage<Head>))]
[JsonSerializable(typeof(DocumentsPage<HeadMember>))]
[JsonSerializable(typeof(DocumentsPage<InboxEntry>))]
[JsonSerializable(typeof(DocumentsPage<Member>))]
[JsonSerializable(typeof(DocumentsPage<Pair>))]
[JsonSerializable(typeof(DocumentsPage<PrivacySettings>))]
[JsonSerializable(typeof(DocumentsPage<Profile>))]
[JsonSerializable(typeof(DocumentsPage<LogEntry>))]
[JsonSerializable(typeof(DocumentsPage<Message>))]
[JsonSerializable(typeof(DocumentsPage<Revision>))]
[JsonSerializable(typeof(DocumentsPage<MemberReactions>))]
[JsonSerializable(typeof(PreferencesView))]
[JsonSerializable(typeof(Draft))]
[JsonSerializable(typeof(UnreadView))]
[JsonSerializable(typeof(UnreadTotals))]
[JsonSerializable(typeof(SyncPage))]
[JsonSerializable(typeof(DateTimeOffset?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(DocumentsPage<ConversationDocument>))]
[JsonSerializable(typeof(DocumentsPage<ScheduledMessage>))]
[JsonSerializable(typeof(GroupProfile))]
[JsonSerializable(typeof(InviteLinks))]
[JsonSerializable(typeof(InviteUse))]
[JsonSerializable(typeof(ConversationUpdated))]
[JsonSerializable(typeof(ConversationDeleted))]
[JsonSerializable(typeof(MemberGone))]
[JsonSerializable(typeof(MembersUpdated))]
[JsonSerializable(typeof(MemberRequested))]
[JsonSerializable(typeof(MemberPage))]
[JsonSerializable(typeof(JoinRequestPage))]
[JsonSerializable(typeof(JoinRequested))]
[JsonSerializable(typeof(InviteLinkView))]
[JsonSerializable(typeof(InviteLinkList))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(List<long>))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(string))]
internal sealed partial class ChatJson : JsonSerializerContext
{
    // Don't escape non-ASCII text: documents and pushes are billed by size, and nothing here is put into HTML. Every encoder of
    // .NET still escapes characters beyond U+FFFF, such as emoji.
    static ChatJson() =>
        Default = new ChatJson(new JsonSerializerOptions(new ChatJson().GeneratedSerializerOptions!)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
}

/// <summary>Writes enums as camelCase strings.</summary>
internal sealed class CamelCaseEnumConverter<TEnum>() : JsonStringEnumConverter<TEnum>(
    JsonNamingPolicy.CamelCase,
    allowIntegerValues: false)
    where TEnum : struct, Enum;
