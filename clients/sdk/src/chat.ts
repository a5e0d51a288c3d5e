import type { Api, RequestOf } from './api.js';
import type { Conversation } from './conversation.js';
import type { Observable } from './observable.js';
import type {
  ChatEventOf,
  ChatEventType,
  ConnectionState,
  ConversationFilter,
  ConversationList,
  Loaded,
  Mention,
  OutboxItem,
  Presence,
  Profile,
  Request,
  StorageState,
  UnreadCounts,
} from './types.js';

export interface ChatOptions {
  /** Where the service is, such as `https://chat.example`; `/api/…` is appended. */
  readonly baseUrl: string;
  /**
   * A bearer token of the user. Asked for again before the token expires and after a 401, by one call at a time; it should get a new one
   * each time. A user id other than before closes the chat.
   */
  readonly token: () => string | Promise<string>;
  /**
   * Who the user is, where the app knows. It lets the device's store be shown before there is a token, offline too, and makes all
   * `createChat` of this user one even if `token` is another function each time. Without it the id is the claim `sub` of the first token.
   */
  readonly userId?: string;
  /** `memory` keeps nothing on the device. Default: IndexedDB where there is one. */
  readonly storage?: 'indexeddb' | 'memory';
  /** How much of the device the messages may take, in bytes; 50 MB. */
  readonly storageBytes?: number;
}

/** What waits to be done in all conversations, oldest first. */
export interface Outbox extends Observable<readonly OutboxItem[]> {
  /** Tries a failed item again, after what was queued meanwhile. */
  retry(id: string): void;
  /**
   * Says something else in a message, or an edit, that is queued or failed, and tries it again. Mentions are then those given; everyone can
   * be named by a message alone that wasn't tried yet. No effect on one that is being sent.
   */
  edit(id: string, text: string, mentions?: readonly Mention[], mentionsAll?: true): void;
  /** Forgets a queued or failed item. Resolves to false if it is being sent, or was. */
  cancel(id: string): Promise<boolean>;
}

export type Report = RequestOf<'post', '/reports'>['body'];
export type Privacy = {
  readonly readReceipts: boolean;
  readonly presence: boolean;
  readonly whoCanMessage?: string;
  readonly whoCanAdd?: string;
};
export type PrivacyChange = RequestOf<'patch', '/me/privacy'>['body'];

/** One user's chat on this device. All tabs share its store, its outbox and one connection. */
export interface Chat {
  readonly connection: Observable<ConnectionState>;
  readonly storage: Observable<StorageState>;
  readonly unread: Observable<UnreadCounts>;
  readonly outbox: Outbox;
  /** Who the user blocks. */
  readonly blocks: Observable<Loaded<readonly string[]>>;
  /** Whose messages notify the user of nothing. */
  readonly mutes: Observable<Loaded<readonly string[]>>;
  /** Who asks to write to the user, or invites them, newest first. */
  readonly requests: Observable<Loaded<readonly Request[]>>;
  readonly privacy: Observable<Loaded<Privacy | undefined>>;
  readonly api: Api;

  /** The user's list; the same observable for the same filter. */
  conversations(filter?: ConversationFilter): Observable<ConversationList>;
  /** The same object for the same id. Nothing is fetched until something of it is subscribed to or called. */
  conversation(conversationId: string): Conversation;

  /** The direct conversation with somebody, created where there is none. */
  startDirect(userId: string): Promise<Conversation>;
  createGroup(group: { readonly title: string; readonly members: readonly string[] }): Promise<Conversation>;
  /** `conversation` where the user is in, or follows it: then its `details` have `subscription`. Otherwise they wait to be let in. */
  joinByInvite(code: string): Promise<{ readonly conversationId: string; readonly conversation?: Conversation }>;

  acceptRequest(conversationId: string): Promise<void>;
  declineRequest(conversationId: string, options?: { readonly block?: boolean }): Promise<void>;
  block(userId: string): Promise<void>;
  unblock(userId: string): Promise<void>;
  /** Resolves to the report's id. */
  report(report: Report): Promise<string>;
  setPrivacy(change: PrivacyChange): Promise<void>;

  /** A user's name and picture; asked for together with others', and kept. In a group others are known by its `conversationId` alone. */
  profile(userId: string, conversationId?: string): Observable<Profile | undefined>;
  /** Who of these is there. All that is subscribed to is asked for in one call, every 20 s while the page is visible. */
  presence(userIds: readonly string[], conversationId?: string): Observable<ReadonlyMap<string, Presence>>;

  /**
   * Calls back for each event that arrives, in every tab, once per tab. Events may be missing or late: it is for sounds and the like.
   * Returns what ends it.
   */
  on<T extends ChatEventType>(type: T, listener: (event: ChatEventOf<T>) => void): () => void;

  /** Says that this user has nothing to do with this chat any more; the last one to close it ends the connection, a second later. */
  close(): Promise<void>;
  /**
   * Ends it in all tabs and wipes what the device keeps, what waits to be sent as well. `everywhere` closes other devices' connections
   * too.
   */
  signOut(options?: { readonly everywhere?: boolean }): Promise<void>;
}
