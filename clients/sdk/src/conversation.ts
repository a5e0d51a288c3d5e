import type { Observable } from './observable.js';
import type { RequestOf } from './api.js';
import type {
  ConversationDetails,
  ConversationView,
  InviteLink,
  Loaded,
  MemberView,
  Mention,
  Message,
  MessageWindowState,
  NewMessage,
  OutboxItem,
  Pin,
  QueuedMessage,
  Receipts,
  Scheduled,
} from './types.js';

export type ConversationChange = RequestOf<'patch', '/conversations/{conversationId}'>['body'];
export type PreferencesChange = RequestOf<'patch', '/conversations/{conversationId}/preferences'>['body'];

export interface WindowOptions {
  /** Shows what is around this `seq`; without it the newest. */
  readonly around?: number;
  /** Messages of the first page and of each load, 2–100; 50. */
  readonly pageSize?: number;
}

/**
 * A range of a conversation's messages, without gaps and kept up to date: at first what the device has, then what the service says. It is
 * at work while somebody subscribes, and costs nothing after that. It has at most five pages: what is far from the latest load goes, and
 * `hasBefore` or `hasAfter` says so.
 */
export interface MessageWindow extends Observable<MessageWindowState> {
  /** Extends it by a page; answered from the device where that has it. Never rejects: see `error`. One at a time; more calls share it. */
  loadBefore(): Promise<void>;
  loadAfter(): Promise<void>;
  /** Shows another place: around a `seq`, or the newest. */
  jumpTo(around: number | 'newest'): Promise<void>;
}

/**
 * A conversation, whether or not it is known already. The observables fetch what they need while somebody subscribes.
 *
 * What is **queued** is shown at once, kept over a reload and done when it can be, in order and once; it doesn't wait for a connection.
 * What returns a promise is **asked at once**, retried while it may succeed for up to 30 s, and rejects with a `ChatError`.
 */
export interface Conversation {
  readonly conversationId: string;

  /** Its entry in the user's list; undefined while it isn't in it. */
  readonly summary: Observable<ConversationView | undefined>;
  /** Settings and up to 32 members. */
  readonly details: Observable<Loaded<ConversationDetails | undefined>>;
  /** All members by user id, with those who are invited. */
  readonly members: Observable<Loaded<readonly MemberView[]>>;
  /** Without those of whom the user blocks. */
  readonly pins: Observable<Loaded<readonly Pin[]>>;
  readonly receipts: Observable<Receipts>;
  /** Who of the others is typing; each for at most 6 s. */
  readonly typing: Observable<readonly string[]>;
  /** What waits to be done here, in order. */
  readonly outbox: Observable<readonly OutboxItem[]>;

  /** A new window. In React: `useMemo`, or keep it in a ref. */
  messages(options?: WindowOptions): MessageWindow;
  /** The replies of a thread; the root isn't among them. Without `around` it begins with the newest. */
  thread(rootMessageId: string, options?: WindowOptions): MessageWindow;
  /** As it is now, from the device or the service. Rejects with `message_not_found` where the user blocks who said it. */
  message(messageId: string): Promise<Message>;

  /** Queued. */
  send(content: NewMessage): QueuedMessage;
  /** Queued; the newest edit of a message replaces one that waits. Mentions are then those given. */
  edit(messageId: string, text: string, mentions?: readonly Mention[]): void;
  /** Queued: takes it back for everyone. */
  unsend(messageId: string): void;
  /** Queued: deletes it for the user alone, for good. */
  hide(messageId: string): void;
  /** Queued; the last of `react` and `unreact` of a key wins, and undoing what still waits cancels both. */
  react(messageId: string, key: string): void;
  unreact(messageId: string, key: string): void;
  /** Queued: the options by index; none takes the vote back. */
  vote(messageId: string, options: readonly number[]): void;
  /**
   * Queued: everything up to here was on the screen. Call it as often as you like: it counts while the page is visible and focused, at most
   * once a second, and the highest wins.
   */
  read(seq: number): void;
  /** Queued. */
  markUnread(): void;
  /** Queued: hides everything up to here from the user, for good; without a `seq` all that is known. */
  clear(seq?: number): void;
  /** Queued: mute, pin, archive; a merge patch. Changes that wait become one. */
  setPreferences(change: PreferencesChange): void;
  /** Queued, at most once a second; an empty text clears it. */
  setDraft(text: string): void;
  /** Tells the others; call it at each keystroke. Paced to one in 3 s, nothing while offline, and lost without harm. */
  setTyping(isTyping: boolean): void;

  pin(messageId: string): Promise<void>;
  unpin(messageId: string): Promise<void>;
  /** Sends its text and files on, without its origin: all of `to` answer together. */
  forward(messageId: string, to: readonly string[]): Promise<readonly { readonly conversationId: string; readonly isSent: boolean }[]>;
  revisions(messageId: string): Promise<readonly { readonly revision: number; readonly text: string; readonly at: string }[]>;
  /** Everyone who reacted, by user id. */
  reactions(messageId: string): Promise<readonly { readonly userId: string; readonly keys: readonly string[]; readonly at: string }[]>;

  /** Sends it at its time, 1 minute to 365 days ahead, if the user may then. */
  schedule(content: NewMessage, dueAt: Date): Promise<Scheduled>;
  scheduled(): Promise<readonly Scheduled[]>;
  cancelScheduled(scheduledId: string): Promise<void>;

  update(change: ConversationChange): Promise<ConversationDetails>;
  /** Deletes a group for everyone. */
  delete(): Promise<void>;
  addMembers(userIds: readonly string[]): Promise<void>;
  removeMember(userId: string): Promise<void>;
  leave(): Promise<void>;
  setRole(userId: string, role: 'admin' | 'member'): Promise<void>;
  transferOwnership(userId: string): Promise<void>;

  inviteLinks(): Promise<readonly InviteLink[]>;
  /** Its `code` is in this answer alone. */
  createInviteLink(options?: { readonly expiresAt?: Date; readonly maxUses?: number }): Promise<InviteLink>;
  deleteInviteLink(linkId: string): Promise<void>;
  /** Who waits to be let in, to the owner and admins. */
  readonly joinRequests: Observable<Loaded<readonly { readonly userId: string; readonly requestedAt: string }[]>>;
  approve(userId: string): Promise<void>;
  reject(userId: string): Promise<void>;
}
