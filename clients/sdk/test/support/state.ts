import type { Message } from '../../src/index.js';
import type { Clock } from './clock.js';

/* A model of the service as docs/protocol.md describes it, as far as the client's rules need it. */

export type Json = Record<string, unknown>;
export type Stored = { -readonly [K in keyof Omit<Message, 'reactions' | 'poll'>]: Message[K] } & {
  reactions: { key: string; users: string[] }[];
  poll?: { options: string[]; votes: Record<string, number[]> };
};
export type Entry = Json & { type: string; conversationId: string; seq: number; at: string; data: Json };
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  /** How long it is on its way, in ms, beyond what the network takes. */
  readonly late?: number;
}

export interface Membership {
  joinedSeq: number;
  isActive: boolean;
  readSeq: number;
  clearedSeq: number;
  readonly hidden: Set<string>;
}

export interface StoredConversation {
  readonly conversationId: string;
  readonly kind: 'direct' | 'group';
  title: string | null;
  readonly createdBy: string;
  readonly createdAt: string;
  isDeleted: boolean;
  ordinal: number;
  messageTtl: number;
  readonly log: Entry[];
  readonly messages: Map<string, Stored>;
  readonly members: Map<string, Membership>;
}

/** An entry of a user's list, as far as it was projected. */
export interface InboxEntry {
  readonly conversationId: string;
  version: number;
  change: number;
  lastSeq: number;
  isLeft: boolean;
  markedUnread: boolean;
  preferences: Json;
}

export const problem = (status: number, code: string, more: Json = {}): Answer => ({
  status,
  body: { status, code, title: code, ...more },
});

/** Users' conversations, their lists, and whoever is connected. */
export class ServiceState {
  readonly conversations = new Map<string, StoredConversation>();
  /** Called for each event with the users whom it is pushed to. */
  push: (users: readonly string[], event: Json) => void = () => {};
  storeEpoch = 1;
  /** How long lists lag behind. */
  lag: () => number = () => 0;
  readonly blocks = new Map<string, Set<string>>();
  readonly #inboxes = new Map<string, Map<string, InboxEntry>>();
  protected ids = 0;
  protected changes = 0;

  constructor(protected readonly clock: Clock) {}

  protected newId = (letter: string) => `${letter}${String(++this.ids).padStart(21, '0')}`;

  protected at = () => new Date(this.clock.now).toISOString();

  // -- What users see

  /** A message as this user sees it, or `undefined`. */
  view(user: string | undefined, { messageId, conversationId }: { messageId: string; conversationId: string }): Message | undefined {
    const conversation = this.conversations.get(conversationId)!;
    const stored = conversation.messages.get(messageId);
    if (!stored || (stored.expiresAt && Date.parse(stored.expiresAt) <= this.clock.now)) return undefined;
    const member = user === undefined ? undefined : conversation.members.get(user);
    if (member && (stored.seq <= Math.max(member.joinedSeq, member.clearedSeq) || member.hidden.has(messageId))) return undefined;
    const { reactions, poll, ...rest } = stored;
    const mine = (is: boolean) => (user === undefined ? {} : { mine: is });
    return {
      ...structuredClone(rest),
      reactions: reactions.map(({ key, users }) => ({
        key,
        count: users.length,
        users: users.slice(0, 5),
        ...mine(users.includes(user!)),
      })),
      ...(poll && {
        poll: {
          multiple: true,
          voters: Object.values(poll.votes).filter(votes => votes.length).length,
          options: poll.options.map((text, index) => ({
            text,
            votes: Object.values(poll.votes).filter(votes => votes.includes(index)).length,
            ...mine(!!poll.votes[user!]?.includes(index)),
          })),
        },
      }),
    } as Message;
  }

  /** All messages of a conversation that this user sees. */
  messages(user: string, conversationId: string): Message[] {
    const all = [...this.conversations.get(conversationId)!.messages.values()].sort((one, other) => one.seq - other.seq);
    return all.map(message => this.view(user, message)).filter(view => view !== undefined);
  }

  /** The user's list: conversation, newest message and unread messages. */
  list(
    user: string,
  ): { conversationId: string; unreadCount: number; lastSeq: number | undefined; preview: string | undefined; pinned: boolean }[] {
    return [...this.inbox(user).values()]
      .filter(({ isLeft }) => !isLeft)
      .map(entry => {
        const { conversationId, unreadCount, lastMessage, preferences } = this.summary(user, entry) as {
          conversationId: string;
          unreadCount: number;
          lastMessage: Json | null;
          preferences: Json;
        };
        return {
          conversationId,
          unreadCount,
          lastSeq: lastMessage?.['seq'] as number | undefined,
          preview: lastMessage?.['preview'] as string | undefined,
          pinned: !!preferences['pinned'],
        };
      })
      .sort((one, other) => (one.conversationId < other.conversationId ? -1 : 1));
  }

  protected summary(user: string, entry: InboxEntry): Json {
    const conversation = this.conversations.get(entry.conversationId)!;
    const member = conversation.members.get(user)!;
    const known = this.messages(user, entry.conversationId).filter(({ seq }) => seq <= entry.lastSeq);
    const last = known.at(-1);
    return {
      conversationId: conversation.conversationId,
      kind: conversation.kind,
      title: conversation.title,
      ...(conversation.kind === 'direct' && { peer: [...conversation.members.keys()].find(id => id !== user) }),
      memberCount: [...conversation.members.values()].filter(({ isActive }) => isActive).length,
      lastSeq: entry.lastSeq,
      unreadCount: known.filter(({ seq, senderId }) => seq > member.readSeq && senderId !== user).length,
      lastMessage: last
        ? {
            seq: last.seq,
            senderId: last.senderId,
            preview: last.expiresAt ? '' : last.text.slice(0, 100),
            at: last.at,
            ...(last.unsentAt && { isUnsent: true }),
          }
        : null,
      activityAt: last?.at ?? conversation.createdAt,
      preferences: { pinned: false, archived: false, ...entry.preferences },
      markedUnread: entry.markedUnread,
      clearedSeq: member.clearedSeq,
      isMentioned: known.some(
        ({ seq, senderId, mentions, mentionsAll }) =>
          seq > member.readSeq &&
          senderId !== user &&
          !this.blocks.get(user)?.has(senderId) &&
          (mentionsAll || mentions?.some(({ userId }) => userId === user)),
      ),
    };
  }

  // -- Commits

  protected commit(conversation: StoredConversation, type: string, data: Json, also: readonly string[] = []): Entry {
    const entry: Entry = { type, conversationId: conversation.conversationId, seq: conversation.log.length + 1, at: this.at(), data };
    conversation.log.push(entry);
    const members = [...conversation.members].filter(([, { isActive }]) => isActive).map(([id]) => id);
    this.pushTo([...new Set([...members, ...also])], entry);
    return entry;
  }

  pushTo(users: readonly string[], event: Json): void {
    const { seq, conversationId } = event;
    const session = typeof seq === 'number' ? { session: `p${String(conversationId)}#${seq}` } : {};
    this.push(users, structuredClone({ ...event, ...session, ...(this.storeEpoch > 1 && { storeEpoch: this.storeEpoch }) }));
  }

  /** Moves lists up to an entry, a little later. */
  protected project(conversation: StoredConversation, seq: number, isLast = true): void {
    for (const [user, { isActive }] of conversation.members) {
      if (!isActive) continue;
      this.clock.after(this.lag(), () => {
        const entry = this.inbox(user).get(conversation.conversationId);
        if (!entry || entry.isLeft) return;
        if (isLast) entry.lastSeq = Math.max(entry.lastSeq, seq);
        this.changed(entry);
      });
    }
  }

  protected changed(entry: InboxEntry): void {
    entry.version++;
    entry.change = ++this.changes;
  }

  protected inbox(user: string): Map<string, InboxEntry> {
    if (!this.#inboxes.has(user)) this.#inboxes.set(user, new Map());
    return this.#inboxes.get(user)!;
  }

  protected join(user: string, conversation: StoredConversation, seq: number): void {
    const before = conversation.members.get(user);
    conversation.members.set(user, {
      joinedSeq: seq,
      isActive: true,
      readSeq: seq,
      clearedSeq: before?.clearedSeq ?? 0,
      hidden: before?.hidden ?? new Set(),
    });
    const inbox = this.inbox(user);
    const { conversationId } = conversation;
    const entry = inbox.get(conversationId) ?? {
      conversationId,
      version: 0,
      change: 0,
      lastSeq: seq,
      isLeft: false,
      markedUnread: false,
      preferences: {},
    };
    Object.assign(entry, { isLeft: false, lastSeq: seq, markedUnread: false, preferences: {} });
    inbox.set(conversationId, entry);
    this.changed(entry);
  }

  protected leave(user: string, conversation: StoredConversation): void {
    conversation.members.get(user)!.isActive = false;
    const entry = this.inbox(user).get(conversation.conversationId)!;
    entry.isLeft = true;
    this.changed(entry);
  }

  protected details(user: string, conversation: StoredConversation): Json {
    const { conversationId, kind, title, createdBy, createdAt, log, members, ordinal } = conversation;
    const active = [...members]
      .filter(([, { isActive }]) => isActive)
      .map(([userId]) => ({ userId, role: userId === createdBy ? 'owner' : 'member' }));
    const { unreadCount, preferences, markedUnread, clearedSeq } = this.summary(user, this.inbox(user).get(conversationId)!);
    return {
      conversationId,
      kind,
      title,
      createdBy,
      createdAt,
      lastSeq: log.length,
      messageCount: ordinal,
      memberCount: active.length,
      members: active,
      unreadCount,
      preferences,
      markedUnread,
      clearedSeq,
    };
  }

  /** Quotes are what they quote, at any time. */
  protected requote(conversation: StoredConversation, quoted: Stored): void {
    for (const message of conversation.messages.values()) {
      if (message.replyTo?.messageId === quoted.messageId) {
        Object.assign(message, {
          replyTo: { ...message.replyTo, preview: quoted.text.slice(0, 100), ...(quoted.unsentAt && { isUnsent: true }) },
        });
      }
    }
  }
}
