import {
  ChatError,
  type Chat,
  type ConnectionState,
  type Conversation,
  type ConversationDetails,
  type ConversationFilter,
  type ConversationList,
  type ConversationView,
  type Loaded,
  type MemberView,
  type MessageView,
  type MessageWindow,
  type MessageWindowState,
  type Observable,
  type OutboxItem,
  type Pin,
  type Presence,
  type Profile,
  type Receipts,
  type Request,
  type UnreadCounts,
  type Privacy,
} from '@chat-functions/client';
import { vi, type Mock } from 'vitest';

/** An observable that a test sets, and that tells how many subscribe to it. */
export interface Value<T> extends Observable<T> {
  set(value: T): void;
  readonly subscribers: number;
}

export function valueOf<T>(value: T): Value<T> {
  const listeners = new Set<() => void>();
  return {
    getSnapshot: () => value,
    subscribe(changed) {
      const one = () => changed();
      listeners.add(one);
      return () => listeners.delete(one);
    },
    set(next) {
      value = next;
      listeners.forEach(listener => listener());
    },
    get subscribers() {
      return listeners.size;
    },
  };
}

const ready = <T>(value: T): Value<Loaded<T>> => valueOf<Loaded<T>>({ status: 'ready', value });

type Mocks<T> = { readonly [K in keyof T as T[K] extends (...args: never[]) => unknown ? K : never]: Mock };

export interface FakeWindow extends MessageWindow {
  readonly state: Value<MessageWindowState>;
  readonly loadBefore: Mock;
  readonly loadAfter: Mock;
  readonly jumpTo: Mock;
}

export function fakeWindow(messages: readonly MessageView[] = [], more: Partial<MessageWindowState> = {}): FakeWindow {
  const state = valueOf<MessageWindowState>({
    status: 'ready',
    messages,
    hasBefore: false,
    hasAfter: false,
    hasHole: false,
    isLoadingBefore: false,
    isLoadingAfter: false,
    ...more,
  });
  return { ...state, state, loadBefore: vi.fn(async () => {}), loadAfter: vi.fn(async () => {}), jumpTo: vi.fn(async () => {}) };
}

/** A conversation of a fake chat: what a test sets, and what was called. */
export type FakeConversation = Conversation &
  Mocks<Conversation> & {
    readonly summary: Value<ConversationView | undefined>;
    readonly details: Value<Loaded<ConversationDetails | undefined>>;
    readonly members: Value<Loaded<readonly MemberView[]>>;
    readonly pins: Value<Loaded<readonly Pin[]>>;
    readonly receipts: Value<Receipts>;
    readonly typing: Value<readonly string[]>;
    readonly outbox: Value<readonly OutboxItem[]>;
    readonly window: FakeWindow;
    readonly threadWindow: FakeWindow;
  };

export type FakeChat = Omit<Chat, 'conversation' | 'conversations' | 'outbox'> &
  Mocks<Chat> & {
    readonly connection: Value<ConnectionState>;
    readonly unread: Value<UnreadCounts>;
    readonly requests: Value<Loaded<readonly Request[]>>;
    readonly blocks: Value<Loaded<readonly string[]>>;
    readonly mutes: Value<Loaded<readonly string[]>>;
    readonly privacy: Value<Loaded<Privacy | undefined>>;
    readonly outbox: Value<readonly OutboxItem[]> & { readonly retry: Mock; readonly edit: Mock; readonly cancel: Mock };
    readonly people: Value<ReadonlyMap<string, Presence>>;
    readonly profiles: Map<string, Value<Profile | undefined>>;
    conversation(conversationId: string): FakeConversation;
    conversations(filter?: ConversationFilter): Value<ConversationList>;
  };

/** Methods that a fake doesn't have otherwise: each is a mock that resolves to nothing. */
function mocked<T extends object>(known: object): T {
  return new Proxy(known, {
    get(target: Record<PropertyKey, unknown>, name) {
      if (!(name in target) && typeof name === 'string' && name !== 'then') target[name] = vi.fn(async () => undefined);
      return target[name];
    },
  }) as T;
}

function fakeConversation(conversationId: string): FakeConversation {
  const [window, threadWindow] = [fakeWindow(), fakeWindow()];
  let sent = 0;
  return mocked<FakeConversation>({
    conversationId,
    summary: valueOf<ConversationView | undefined>(undefined),
    details: ready<ConversationDetails | undefined>(undefined),
    members: ready<readonly MemberView[]>([]),
    pins: ready<readonly Pin[]>([]),
    receipts: valueOf<Receipts>({ members: new Map(), deliveredToAllSeq: 0, readByAllSeq: 0, isAvailable: true }),
    typing: valueOf<readonly string[]>([]),
    outbox: valueOf<readonly OutboxItem[]>([]),
    joinRequests: ready([]),
    window,
    threadWindow,
    messages: vi.fn(() => window),
    thread: vi.fn(() => threadWindow),
    send: vi.fn(() => {
      const id = `sent-${++sent}`;
      return { clientMessageId: id, outboxId: id, queued: Promise.resolve(), sent: new Promise(() => {}) };
    }),
    ...Object.fromEntries(
      ['edit', 'unsend', 'hide', 'react', 'unreact', 'vote', 'read', 'markUnread', 'clear', 'setPreferences', 'setDraft', 'setTyping'].map(
        name => [name, vi.fn()],
      ),
    ),
    inviteLinks: vi.fn(async () => []),
    scheduled: vi.fn(async () => []),
    reactions: vi.fn(async () => []),
    revisions: vi.fn(async () => []),
  });
}

/** A chat without a service: a test sets what it shows and sees what is called. */
export function fakeChat(userId = 'alice'): FakeChat {
  const conversations = new Map<string, FakeConversation>();
  const lists = new Map<string, Value<ConversationList>>();
  const profiles = new Map<string, Value<Profile | undefined>>();
  const people = valueOf<ReadonlyMap<string, Presence>>(new Map());
  const outbox = valueOf<readonly OutboxItem[]>([]);
  const once = <K, V>(map: Map<K, V>, key: K, make: () => V) => {
    if (!map.has(key)) map.set(key, make());
    return map.get(key)!;
  };
  return mocked<FakeChat>({
    connection: valueOf<ConnectionState>({ status: 'online', isLeader: true, userId }),
    storage: valueOf({ isDegraded: false, bytes: 0 }),
    unread: valueOf<UnreadCounts>({ conversations: 0, messages: 0 }),
    requests: ready<readonly Request[]>([]),
    blocks: ready<readonly string[]>([]),
    mutes: ready<readonly string[]>([]),
    privacy: ready<Privacy | undefined>({ readReceipts: true, presence: true }),
    outbox: { ...outbox, retry: vi.fn(), edit: vi.fn(), cancel: vi.fn(async () => true) },
    people,
    profiles,
    api: mocked({}),
    conversation: (id: string) => once(conversations, id, () => fakeConversation(id)),
    conversations: (filter: ConversationFilter = 'active') =>
      once(lists, filter, () => valueOf<ConversationList>({ conversations: [], isLoaded: true })),
    profile: (id: string) => once(profiles, id, () => valueOf<Profile | undefined>(undefined)),
    presence: vi.fn(() => people),
    on: vi.fn(() => () => {}),
  });
}

/** A message as it is shown, said by `senderId` at `seq` o'clock. */
export function messageOf(seq: number, senderId: string, text: string, more: Partial<MessageView> = {}): MessageView {
  return {
    key: `m${seq}`,
    messageId: `m${seq}`,
    conversationId: 'c',
    seq,
    ordinal: seq,
    senderId,
    clientMessageId: `m${seq}`,
    kind: 'text',
    text,
    at: new Date(Date.UTC(2026, 0, 31, 9, seq)).toISOString(),
    updatedSeq: seq,
    revision: 0,
    reactions: [],
    isMine: senderId === 'alice',
    state: 'sent',
    ...more,
  };
}

/** A conversation as the list has it. */
export function summaryOf(conversationId: string, more: Partial<ConversationView> = {}): ConversationView {
  return {
    conversationId,
    kind: 'direct',
    title: null,
    peer: 'bob',
    memberCount: 2,
    lastSeq: 1,
    unreadCount: 0,
    lastMessage: null,
    activityAt: '2026-01-31T09:30:00.000Z',
    preferences: { pinned: false, archived: false },
    markedUnread: false,
    clearedSeq: 0,
    isMentioned: false,
    isMuted: false,
    isUnread: false,
    ...more,
  };
}

export const refusal = (code: 'cannot_message' | 'unreachable' | 'too_large', title: string, detail?: string, status = 403) =>
  new ChatError({ code: code as never, title, detail, status });
