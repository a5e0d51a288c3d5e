import type { ChatError } from './error.js';
import type { components } from './generated/schema.js';

type Schemas = components['schemas'];

export type Message = Schemas['Message'];
export type HiddenMessage = Schemas['HiddenMessage'];
/** What stands at a message's place. */
export type ShownMessage = Schemas['ShownMessage'];
export type ConversationSummary = Schemas['ConversationSummary'];
export type ConversationDetails = Schemas['Conversation'];
export type Member = Schemas['Member'];
export type Mention = Schemas['Mention'];
export type Preferences = Schemas['Preferences'];
export type Profile = Schemas['Profile'];
export type Request = Schemas['Request'];
export type InviteLink = Schemas['InviteLink'];
export type Scheduled = Schemas['Scheduled'];
export type Poll = Schemas['Poll'];
export type NewPoll = Schemas['NewPoll'];
export type Attachment = Schemas['Attachment'];
export type Quote = Schemas['Quote'];
/** A reference to a thing of the host app's. What the user may see of it now, `sharingOf(chat).card` says. */
export type Card = Schemas['Card'];
export type NewCard = Omit<Card, 'title' | 'gone'> & { readonly title: string };
export type LinkPreview = Schemas['LinkPreview'];
export type Place = Schemas['Location'];
export type StickerPack = Schemas['StickerPack'];
export type Streak = Schemas['Streak'];
export type ReactionSummary = Schemas['ReactionSummary'];
export type ReportReason = Schemas['ReportReason'];
export type Role = Schemas['Role'];
export type OwnDecision = Schemas['OwnDecision'];

/** What is pushed, by `type`. */
export type ChatEvent = Schemas['PushedEvent'];
export type ChatEventType = ChatEvent['type'];
export type ChatEventOf<T extends ChatEventType> = Extract<ChatEvent, { readonly type: T }>;

/** What a message says when it is sent: a text, files, a poll, cards, a place, or a sticker. */
export interface NewMessage {
  /** 1–4,000 Unicode scalar values, kept exactly. */
  readonly text?: string;
  readonly poll?: NewPoll;
  /** 1–9 uploads for this conversation. `mediaOf(chat).send`, of `@chat-functions/client/media`, makes them of files. */
  readonly attachments?: readonly { readonly mediaId: string }[];
  /** 1–5 things of the host app's, each once; beside a text or files, if there are any. */
  readonly cards?: readonly NewCard[];
  /** One point, beside a text if there is one. The service rounds it to some 110 m unless it is `exact`. */
  readonly location?: Place;
  /** A sticker of the host app's packs, by itself. */
  readonly sticker?: { readonly packId: string; readonly stickerId: string };
  /** The id of the message that it answers. */
  readonly replyTo?: string;
  /** The id of the message whose thread it belongs to. */
  readonly threadId?: string;
  /** Members named in the text; offsets count Unicode scalar values, not UTF-16 units. */
  readonly mentions?: readonly Mention[];
  /** Names everyone, which a group's owner and admins may. */
  readonly mentionsAll?: true;
}

/** `queued` waits for the connection or its turn; `sending` is on its way; `failed` was refused and waits for the user. */
export type OutboxState = 'queued' | 'sending' | 'failed';

/** A file of a message; until it is sent it has an id of its own. */
export interface ShownAttachment extends Attachment {
  /** The file itself, until it is sent. */
  readonly blob?: Blob;
}

/** A sticker of a message; until it is sent only its pack says what it looks like. */
export type ShownSticker = Partial<Schemas['SentSticker']> & NonNullable<NewMessage['sticker']>;

/**
 * A message as it is to be shown: what the service says, and on top of it what waits in the outbox. One that isn't sent yet has neither
 * `messageId` nor `seq`, and comes after all that are.
 */
export interface MessageView extends Omit<Message, 'messageId' | 'seq' | 'ordinal' | 'updatedSeq' | 'attachments' | 'sticker'> {
  /** The same before and after it is sent; for lists. */
  readonly key: string;
  readonly messageId?: string;
  readonly seq?: number;
  readonly ordinal?: number;
  readonly updatedSeq?: number;
  readonly attachments?: readonly ShownAttachment[];
  readonly sticker?: ShownSticker;
  /** Of somebody whom the user blocks: of all else here only `seq` and `key` say something. */
  readonly hidden?: 'blocked';
  /** Whether the user sent it. */
  readonly isMine: boolean;
  /** `sent` is stored; for the ticks beyond that see `Conversation.receipts`. */
  readonly state: OutboxState | 'sent';
  /** Why it `failed`. */
  readonly error?: ChatError;
  /** Where it waits in the outbox: itself, or the newest edit of it. For `chat.outbox.retry`, `edit` and `cancel`. */
  readonly outboxId?: string;
  /** How an edit fares that isn't stored yet; `text` is the edit's already. */
  readonly edit?: { readonly state: OutboxState; readonly error?: ChatError };
}

/** What a window of messages shows. */
export interface MessageWindowState {
  /** `loading` until there is something to show; `gone` when the user isn't in the conversation any more, or never was. */
  readonly status: 'loading' | 'ready' | 'gone';
  /** Ascending. Those that aren't sent yet come last, and only where `hasAfter` is false. */
  readonly messages: readonly MessageView[];
  /** Whether there may be more before, or after, what is shown. */
  readonly hasBefore: boolean;
  readonly hasAfter: boolean;
  /** Whether something between or after what is shown is known to be missing; it is being fetched. */
  readonly hasHole: boolean;
  readonly isLoadingBefore: boolean;
  readonly isLoadingAfter: boolean;
  /** The first message that was unread when the window was opened, for a line above it; stays while the window does. */
  readonly firstUnreadSeq?: number;
  /** Why the latest fetch failed; gone with the next that succeeds. */
  readonly error?: ChatError;
}

/** A conversation of the user's list, with what waits in the outbox (reads, preferences) on top. */
export interface ConversationView extends ConversationSummary {
  /** Whether `mutedUntil` is in the future. */
  readonly isMuted: boolean;
  /** Whether it has unread messages, or is marked as unread. */
  readonly isUnread: boolean;
  /** The newest message that isn't sent yet, where there is one; its text may be empty if it has photos. */
  readonly pending?: { readonly text: string; readonly state: OutboxState; readonly at: string };
}

/** Which conversations: as `GET /conversations` filters them. `active` are all that aren't archived. */
export type ConversationFilter = 'active' | 'unread' | 'pinned' | 'archived' | 'all';

export interface ConversationList {
  /** Pinned ones first, then the newest activity. */
  readonly conversations: readonly ConversationView[];
  /** Whether the list is complete: false only until the first sync of a new device is over. */
  readonly isLoaded: boolean;
}

/** What is unread in conversations that are neither muted nor archived. */
export interface UnreadCounts {
  readonly conversations: number;
  readonly messages: number;
}

export interface ConnectionState {
  /**
   * `offline` while the device is or the service can't be reached, `syncing` until what was missed is there, `online` when everything that
   * happens arrives by itself, `closed` after `close`, `signOut`, or a token of another user's.
   */
  readonly status: 'offline' | 'connecting' | 'syncing' | 'online' | 'closed';
  /** Whether this tab holds the one connection of all tabs. */
  readonly isLeader: boolean;
  /** Known once there was a first token. */
  readonly userId?: string;
  /** Why it is `offline`; `token_failed`, `banned` and the like concern the user. */
  readonly error?: ChatError;
}

export interface StorageState {
  /** True where there is no IndexedDB, or it fails: everything works, but nothing is kept when the page closes. */
  readonly isDegraded: boolean;
  /** Roughly, in bytes. The least recently used conversations' messages go beyond `storageBytes`. */
  readonly bytes: number;
}

/** Something that waits to be done. Changes of the same thing are one item, the last wins; messages are one each. */
export interface OutboxItem {
  readonly id: string;
  readonly conversationId: string;
  readonly kind: 'send' | 'edit' | 'unsend' | 'hide' | 'react' | 'vote' | 'read' | 'unread' | 'clear' | 'preferences';
  readonly state: OutboxState;
  readonly queuedAt: string;
  /** Of `edit`, `unsend`, `hide`, `react` and `vote`. */
  readonly messageId?: string;
  /** Of `send`. */
  readonly clientMessageId?: string;
  /** Of `send`. */
  readonly content?: NewMessage;
  /** Of `send` and `edit`. */
  readonly text?: string;
  /** Of `send`: files that are uploaded before. */
  readonly attachments?: readonly ShownAttachment[];
  /** Why it `failed`. It is left alone until `retry`, `edit` or `cancel`. */
  readonly error?: ChatError;
}

/** A message that was put into the outbox. */
export interface QueuedMessage {
  readonly clientMessageId: string;
  /** For `chat.outbox`. */
  readonly outboxId: string;
  /** Fulfilled when it is kept: it is sent even if the page closes now. */
  readonly queued: Promise<void>;
  /**
   * Fulfilled when it is stored by the service. Rejects when it is refused, cancelled, or 7 days old; being offline only takes longer. A
   * rejection that nobody handles isn't reported.
   */
  readonly sent: Promise<Message>;
}

/** How far a member has received and read. */
export interface Receipt {
  readonly deliveredSeq: number;
  readonly readSeq: number;
}

export interface Receipts {
  /** By user id, the user's own too; empty until they are known. */
  readonly members: ReadonlyMap<string, Receipt>;
  /** What all others have: a message is delivered to, or read by, everybody whose `seq` is at most this. 0 for nobody. */
  readonly deliveredToAllSeq: number;
  readonly readByAllSeq: number;
  /** False in conversations of more than 100 members, which keep none. */
  readonly isAvailable: boolean;
}

export interface Pin {
  readonly message: Message;
  readonly by: string;
  readonly at: string;
}

export interface Presence {
  readonly userId: string;
  readonly online: boolean;
  readonly lastSeenAt: string | null;
}

/** A member with what the list of members says of them; `invited` ones aren't members yet. */
export interface MemberView extends Member {
  readonly state: 'active' | 'invited';
  readonly joinedAt?: string;
}

/** What is loaded when it is asked for, such as members and pins. */
export interface Loaded<T> {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly value: T;
  readonly error?: ChatError;
}
