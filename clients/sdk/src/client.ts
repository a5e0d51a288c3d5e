import type { Api } from './api.js';
import type { Chat, ChatOptions, Outbox, Privacy, PrivacyChange, Report } from './chat.js';
import type { Conversation } from './conversation.js';
import { Core } from './core.js';
import type { Env } from './env.js';

import { Handle } from './handle.js';
import { Derived, keepList } from './live.js';
import type { Observable } from './observable.js';
import { PresenceWatch, Profiles } from './people.js';
import { Resource } from './resource.js';
import type {
  ChatEvent,
  ChatEventOf,
  ChatEventType,
  ConnectionState,
  ConversationDetails,
  ConversationFilter,
  ConversationList,
  ConversationView,
  Presence,
  Profile,
  Request,
  StorageState,
  UnreadCounts,
} from './types.js';

const grace = 1000;

const filters: Readonly<Record<ConversationFilter, (view: ConversationView) => boolean>> = {
  all: () => true,
  active: view => !view.preferences.archived,
  archived: view => view.preferences.archived,
  pinned: view => !view.preferences.archived && view.preferences.pinned,
  unread: view => !view.preferences.archived && view.isUnread,
};

/** A chat that several share. */
export class Client implements Chat {
  readonly connection: Observable<ConnectionState>;
  readonly storage: Observable<StorageState>;
  readonly unread: Observable<UnreadCounts>;
  readonly outbox: Outbox;
  readonly blocks: Resource<readonly string[]>;
  readonly mutes: Resource<readonly string[]>;
  readonly requests: Resource<readonly Request[]>;
  readonly privacy: Resource<Privacy | undefined>;
  readonly api: Api;
  /** For the other entries of this package. */
  readonly core: Core;
  readonly #profiles: Profiles;
  readonly #presence: PresenceWatch;
  readonly #lists = new Map<ConversationFilter, Derived<ConversationList>>();
  readonly #handles = new Map<string, Handle>();

  constructor(env: Env, options: ChatOptions) {
    const core = (this.core = new Core(env, options));
    // Who needs it learns of it by `connection`.
    core.ready.catch(() => {});
    this.connection = core.connection;
    this.storage = core.storage;
    this.api = core.http.api;
    this.#profiles = new Profiles(core);
    this.#presence = new PresenceWatch(core);
    const { queue } = core;
    this.outbox = {
      getSnapshot: queue.items.getSnapshot,
      subscribe: queue.items.subscribe,
      retry: id => void queue.retry(id),
      edit: (...change) => void queue.edit(...change),
      cancel: id => queue.cancel(id),
    };
    const unread = new Derived<UnreadCounts>(before => {
      const counted = core.list.views.getSnapshot().filter(view => view.isUnread && !view.isMuted && !view.preferences.archived);
      const messages = counted.reduce((sum, { unreadCount }) => sum + unreadCount, 0);
      return before?.conversations === counted.length && before.messages === messages
        ? before
        : { conversations: counted.length, messages };
    });
    core.list.views.subscribe(() => unread.invalidate());
    this.unread = unread;
    this.blocks = core.blocks;
    this.mutes = core.mutes;
    this.requests = this.#resource<readonly Request[]>('requests', [], () => core.http.all<Request>('/requests', 'requests'), [
      'request.received',
      'request.resolved',
      'restriction.updated',
    ]);
    this.privacy = this.#resource<Privacy | undefined>(
      'privacy',
      undefined,
      async () => (await core.http.ask('get', '/me/privacy')) as Privacy,
      [],
    );
  }

  conversations(filter: ConversationFilter = 'active'): Observable<ConversationList> {
    const known = this.#lists.get(filter);
    if (known) return known;
    const core = this.core;
    const list = new Derived<ConversationList>(before => {
      const found = core.list.views.getSnapshot().filter(filters[filter]);
      const sorted = found.sort((one, other) => +other.preferences.pinned - +one.preferences.pinned);
      const conversations = keepList(before?.conversations, sorted);
      const { isLoaded } = core.list;
      return before?.conversations === conversations && before.isLoaded === isLoaded ? before : { conversations, isLoaded };
    });
    core.list.views.subscribe(() => list.invalidate());
    this.#lists.set(filter, list);
    return list;
  }

  conversation(conversationId: string): Handle {
    let handle = this.#handles.get(conversationId);
    if (!handle) this.#handles.set(conversationId, (handle = new Handle(this.core, conversationId)));
    return handle;
  }

  startDirect(userId: string): Promise<Conversation> {
    return this.#create({ kind: 'direct', members: [userId] });
  }

  createGroup({ title, members }: { readonly title: string; readonly members: readonly string[] }): Promise<Conversation> {
    return this.#create({ kind: 'group', title, members }, this.core.env.id());
  }

  async joinByInvite(code: string): Promise<{ readonly conversationId: string; readonly conversation?: Conversation }> {
    const answer = (await this.#insist('post', '/invites/{code}/join', { path: { code } })) as
      ConversationDetails | { conversationId: string };
    const { conversationId } = answer;
    return 'kind' in answer ? { conversationId, conversation: await this.conversation(conversationId).keep(answer) } : { conversationId };
  }

  async acceptRequest(conversationId: string): Promise<void> {
    await this.#insist('post', '/requests/{conversationId}/accept', { path: { conversationId } });
    this.requests.reload();
    const details = await this.#insist('get', '/conversations/{conversationId}', { path: { conversationId } });
    await this.conversation(conversationId).keep(details as ConversationDetails);
  }

  async declineRequest(conversationId: string, { block = false }: { readonly block?: boolean } = {}): Promise<void> {
    await this.#insist('post', '/requests/{conversationId}/decline', { path: { conversationId }, body: { block } });
    this.requests.reload();
    if (block) this.blocks.reload();
  }

  async block(userId: string): Promise<void> {
    await this.#block('put', userId);
  }

  async unblock(userId: string): Promise<void> {
    await this.#block('delete', userId);
  }

  async report(report: Report): Promise<string> {
    const { env } = this.core;
    const { conversationId } = report.target as { conversationId?: string };
    const asked = { body: report, idempotencyKey: env.id(), about: conversationId ? [conversationId] : [] };
    return ((await this.#insist('post', '/reports', asked)) as { reportId: string }).reportId;
  }

  async setPrivacy(change: PrivacyChange): Promise<void> {
    this.privacy.provide((await this.#insist('patch', '/me/privacy', { body: change })) as Privacy);
  }

  profile(userId: string, conversationId?: string): Observable<Profile | undefined> {
    return this.#profiles.of(userId, conversationId);
  }

  presence(userIds: readonly string[], conversationId?: string): Observable<ReadonlyMap<string, Presence>> {
    return this.#presence.of(userIds, conversationId);
  }

  on<T extends ChatEventType>(type: T, listener: (event: ChatEventOf<T>) => void): () => void {
    return this.core.listen(event => {
      if (event?.type === type) listener(event as ChatEventOf<T>);
    });
  }

  get isClosed(): boolean {
    return this.core.isClosed;
  }

  close(): Promise<void> {
    return this.core.close();
  }

  async signOut({ everywhere = false }: { readonly everywhere?: boolean } = {}): Promise<void> {
    const { http } = this.core;
    try {
      if (everywhere) await http.ask('post', '/realtime/sign-out');
    } finally {
      await this.core.wipe();
    }
  }

  /** Asks again while it may succeed. */
  #insist(...asked: Parameters<Core['http']['ask']>): Promise<unknown> {
    const { http } = this.core;
    return http.insist(() => http.ask(...asked));
  }

  async #create(body: object, idempotencyKey?: string): Promise<Conversation> {
    const details = (await this.#insist('post', '/conversations', { body, idempotencyKey })) as ConversationDetails;
    return await this.conversation(details.conversationId).keep(details);
  }

  async #block(method: 'put' | 'delete', userId: string): Promise<void> {
    await this.#insist(method, '/blocks/{userId}', { path: { userId } });
    this.blocks.reload();
  }

  #resource<T>(kind: string, initial: T, fetch: () => Promise<T>, types: readonly ChatEvent['type'][]): Resource<T> {
    const core = this.core;
    const reduce = (value: T, event: ChatEvent) => (types.includes(event.type) ? undefined : value);
    return new Resource<T>(core, { key: ['', kind], initial, fetch, reduce });
  }

  // -- Sharing

  static readonly #shared = new Map<unknown, { client: Client; count: number; cancel?: () => void }>();

  /** The client of this user, or of this token function: each caller closes its own. */
  static shared(env: Env, options: ChatOptions): Chat {
    const { baseUrl, userId, token } = options;
    const key = userId === undefined ? token : `${baseUrl} ${userId}`;
    let entry = Client.#shared.get(key);
    if (!entry || entry.client.isClosed) Client.#shared.set(key, (entry = { client: new Client(env, options), count: 0 }));
    const shared = entry;
    shared.count++;
    shared.cancel?.();
    shared.cancel = undefined;
    let isReleased = false;
    const close = async () => {
      if (isReleased) return;
      isReleased = true;
      if (--shared.count) return;
      await new Promise<void>(resolve => {
        const cancel = env.after(grace, () => {
          if (Client.#shared.get(key) === shared) Client.#shared.delete(key);
          void shared.client.close().then(resolve);
        });
        shared.cancel = () => {
          cancel();
          resolve();
        };
      });
    };
    // One's own handle on it, of which only `close` differs.
    return new Proxy(shared.client, {
      get: (client, name) => {
        if (name === 'close') return close;
        const value = Reflect.get(client, name, client) as unknown;
        return typeof value === 'function' ? value.bind(client) : value;
      },
    });
  }
}
