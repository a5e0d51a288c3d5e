import { type Batch, type Touched, type Write, writer } from './batch.js';
import { Engine } from './engine.js';
import { Entries } from './entries.js';
import type { Env } from './env.js';
import { ChatError } from './error.js';
import { Http } from './http.js';
import { Live, tell } from './live.js';
import { fetchMessage } from './messages.js';
import { Queue } from './outbox.js';
import type { Ranges } from './ranges.js';
import { peopleOf } from './people.js';
import type { Resource } from './resource.js';
import { Store } from './store.js';
import { Tabs, type TabMessage } from './tabs.js';
import type { ChatEvent, ConnectionState, StorageState } from './types.js';

export interface CoreOptions {
  readonly baseUrl: string;
  readonly token: () => string | Promise<string>;
  readonly userId?: string;
  readonly storage?: 'indexeddb' | 'memory';
  readonly storageBytes?: number;
}

type Change = 'log' | 'outbox' | 'connected';

/** One user's chat in this tab: what the device keeps, as this tab knows it, and what all tabs tell each other. */
export class Core {
  readonly http: Http;
  readonly queue: Queue;
  readonly connection: Live<ConnectionState>;
  readonly storage: Live<StorageState>;
  readonly list = new Entries(this);
  readonly ready: Promise<{ readonly store: Store; readonly write: Write }>;
  /** Whom the user blocks, and mutes: in every tab, as pushes are the same for everyone. */
  readonly blocks: Resource<readonly string[]>;
  readonly mutes: Resource<readonly string[]>;
  #me: string;
  /** Of the first token. The app may know the user by another id. */
  #subject: string | undefined;
  #tabs: Tabs | undefined;
  #store: Store | undefined;
  #engine: Engine | undefined;
  #isClosed = false;
  readonly #watchers = new Map<string, Set<(what: Change) => void>>();
  readonly #listeners = new Set<(event: ChatEvent | undefined) => void>();
  readonly #screens = new Map<string, readonly string[]>();
  readonly #fetching = new Map<string, Promise<void>>();
  #confirmed: Record<string, { ranges: Ranges }> = {};
  readonly #unlisten: () => void;

  readonly env: Env;
  readonly #timers = new Set<() => void>();

  constructor(
    surroundings: Env,
    private readonly options: CoreOptions,
  ) {
    const env = (this.env = { ...surroundings, after: (milliseconds, run) => this.#after(surroundings, milliseconds, run) });
    this.#me = options.userId ?? '';
    this.http = new Http(env, options.baseUrl, () => options.token());
    this.http.onUser = userId => this.#isUser(userId);
    this.connection = new Live<ConnectionState>(env, { status: 'connecting', isLeader: false, ...(this.#me && { userId: this.#me }) });
    this.storage = new Live<StorageState>(env, { isDegraded: false, bytes: 0 });
    this.ready = this.#open();
    this.blocks = peopleOf(this, 'blocks');
    this.mutes = peopleOf(this, 'mutes');
    this.queue = new Queue(env, this.ready);
    this.queue.wake = () => this.#wake(false);
    this.queue.changed = () => {
      this.list.views.invalidate();
      for (const id of this.#watchers.keys()) this.changed(id, 'outbox');
    };
    this.#unlisten = env.onChange(() => this.list.views.invalidate());
  }

  get me(): string {
    return this.#me;
  }

  /** Says that a conversation is on the screen, has its gaps closed, and calls back when it changes. */
  watch(conversationId: string, changed: (what: Change) => void): () => void {
    const watchers = this.#watchers.get(conversationId) ?? new Set();
    this.#watchers.set(conversationId, watchers.add(changed));
    this.#announce(conversationId);
    return () => {
      watchers.delete(changed);
      if (watchers.size) return;
      this.#watchers.delete(conversationId);
      this.#announce();
    };
  }

  /** Calls back for each event, and with nothing when what was missed while away has to be asked for. */
  listen(heard: (event: ChatEvent | undefined) => void): () => void {
    this.#listeners.add(heard);
    return () => void this.#listeners.delete(heard);
  }

  /** What pages have said since the connection was made. */
  confirmed(conversationId: string, threadId: string): { ranges: Ranges } {
    return (this.#confirmed[`${conversationId} ${threadId}`] ??= { ranges: [] });
  }

  /** Asks for the current version of messages, each once at a time. */
  async fetchMessages(ids: readonly (readonly [conversationId: string, messageId: string])[]): Promise<void> {
    const fetches = ids.map(([conversationId, messageId]) => {
      const key = `${conversationId} ${messageId}`;
      const running = this.#fetching.get(key);
      if (running) return running;
      const fetch = fetchMessage(this.http, this.ready, conversationId, messageId).finally(() => this.#fetching.delete(key));
      this.#fetching.set(key, fetch);
      return fetch;
    });
    await Promise.all(fetches);
  }

  /** Asks for what changed in the list. */
  syncSoon(): void {
    this.#wake(true);
  }

  async close(): Promise<void> {
    if (!this.#stop()) return;
    const opened = await this.ready.catch(() => undefined);
    opened?.store.close();
  }

  /** Nothing begins any more. False where it was so already. */
  #stop(): boolean {
    if (this.#isClosed) return false;
    this.#isClosed = true;
    this.#unlisten();
    this.#tabs?.close();
    this.queue.close();
    this.connection.set({ ...this.connection.getSnapshot(), status: 'closed', isLeader: false });
    this.http.close();
    // Whoever waits for time to pass finds that it is over.
    for (const end of [...this.#timers]) end();
    return true;
  }

  /** Ends it in all tabs and forgets everything. */
  async wipe(): Promise<void> {
    this.#tabs?.post({ kind: 'signedOut' });
    // First nothing writes any more, so that nothing is left.
    this.#stop();
    const opened = await this.ready.catch(() => undefined);
    await opened?.store.destroy();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Runs something later, but nothing after the chat was closed: what is due then is at that instant. */
  #after({ after }: Env, milliseconds: number, run: () => void): () => void {
    if (this.#isClosed) return () => {};
    const forget = () => {
      cancel();
      this.#timers.delete(end);
    };
    const end = () => {
      forget();
      run();
    };
    const cancel = after(milliseconds, end);
    this.#timers.add(end);
    return forget;
  }

  // -- People

  #blocksChanged(): void {
    const { value } = this.blocks.getSnapshot();
    const { blocked } = this.list;
    if (value.join() === blocked.join()) return;
    const isEnded = blocked.some(id => !value.includes(id));
    this.list.blocked = value;
    this.list.views.invalidate();
    for (const id of this.#watchers.keys()) this.changed(id, 'outbox');
    // What they said while they were blocked isn't kept; the service shows it within 30 s.
    for (const wait of isEnded ? [1000, 31_000] : []) this.env.after(wait, () => this.#confirmAll());
  }

  #confirmAll(): void {
    this.#confirmed = {};
    for (const id of this.#watchers.keys()) this.changed(id, 'connected');
  }

  // -- Opening

  #isUser(userId: string | undefined): void {
    if (!userId) return;
    this.#subject ??= userId;
    this.#me ||= userId;
    if (this.#subject !== userId) void this.close();
  }

  async #open(): Promise<{ readonly store: Store; readonly write: Write }> {
    const { env, options } = this;
    while (!this.#me) {
      const token = await this.http
        .insist(() => this.http.token())
        .catch((error: unknown) => {
          if (this.#isClosed || !(error instanceof ChatError)) throw error;
          this.connection.set({ ...this.connection.getSnapshot(), status: 'offline', error });
        });
      if (token && !this.#me) throw new ChatError({ code: 'token_failed', title: 'The token has no claim `sub`: give `userId`.' });
    }
    this.connection.set({ ...this.connection.getSnapshot(), userId: this.#me });
    const name = `chat-functions ${options.baseUrl.replace(/\/+$/, '')} ${this.#me}`;
    const store = (this.#store = await Store.open(env, name, options.storage === 'memory'));
    const write = writer(
      store,
      () => this.#me,
      () => env.now(),
      batch => this.#touched(batch),
    );
    const join = () => {
      if (this.#isClosed) return;
      this.#tabs?.close();
      this.#engine = undefined;
      const isAlone = store.isDegraded || options.storage === 'memory';
      this.#tabs = new Tabs(
        env,
        name,
        isAlone,
        message => this.#receive(message),
        signal => this.#lead(signal, store, write),
      );
      this.#announce();
    };
    store.degraded = () => {
      this.storage.set({ ...this.storage.getSnapshot(), isDegraded: true });
      // What is in memory the other tabs don't have: they go on with one of them, and this one alone.
      void this.list.read(store).then(join);
    };
    this.storage.set({ isDegraded: store.isDegraded, bytes: 0 });
    // Whoever waits for `ready` finds the list read.
    await this.list.read(store);
    join();
    this.blocks.subscribe(() => this.#blocksChanged());
    this.mutes.subscribe(() => {});
    void Promise.resolve().then(() => this.queue.refresh());
    return { store, write };
  }

  async #lead(signal: AbortSignal, store: Store, write: Write): Promise<void> {
    const { env, http } = this;
    this.#engine = new Engine(
      {
        env,
        http,
        store,
        write,
        storageBytes: this.options.storageBytes ?? 50_000_000,
        screen: () => new Set([...this.#watchers.keys(), ...[...this.#screens.values()].flat()]),
        connected: (state, isNew) => {
          const { userId } = this.connection.getSnapshot();
          const all: ConnectionState = { ...state, userId, isLeader: false };
          this.#tabs?.post({ kind: 'connection', state: all, isNew });
          this.#connected({ ...all, isLeader: true }, isNew);
        },
        told: events => {
          this.#tabs?.post({ kind: 'events', events });
          this.#told(events);
        },
        stored: bytes => this.storage.set({ ...this.storage.getSnapshot(), bytes }),
        fetchMessages: ids => this.fetchMessages(ids),
      },
      signal,
    );
    await this.#engine.run();
  }

  // -- What changes

  #touched(batch: Batch): void {
    const { conversations, logs, outbox, reset, hasFollowers } = batch;
    if (hasFollowers) this.#wake(false);
    if (!conversations.size && !logs.size && !outbox && !reset) return;
    this.#tabs?.post({ kind: 'touched', conversations: [...conversations], logs: [...logs], outbox, reset });
    void this.#reread(batch);
  }

  async #reread({ conversations, logs, outbox, reset }: Touched): Promise<void> {
    if (!this.#store) return;
    if (reset || conversations.size) await this.list.read(this.#store, reset ? undefined : conversations);
    for (const people of reset ? [this.blocks, this.mutes] : []) people.reload();
    for (const id of new Set([...logs, ...conversations, ...(reset ? this.#watchers.keys() : [])])) this.changed(id, 'log');
    if (outbox) await this.queue.refresh();
  }

  changed(conversationId: string, what: Change): void {
    tell(this.#watchers.get(conversationId) ?? [], what);
  }

  #connected(state: ConnectionState, isNew: boolean): void {
    if (this.#isClosed) return;
    this.connection.set(state);
    if (state.status === 'online' && !this.list.isLoaded && this.#store) void this.list.read(this.#store, []);
    if (!isNew) return;
    this.#confirmAll();
    tell(this.#listeners, undefined);
  }

  #told(events: readonly ChatEvent[]): void {
    for (const event of events) tell(this.#listeners, event);
  }

  #receive(message: TabMessage): void {
    if (this.#isClosed) return;
    switch (message.kind) {
      case 'touched':
        return void this.#reread({ ...message, conversations: new Set(message.conversations), logs: new Set(message.logs) });
      case 'events':
        for (const event of message.events) if ('session' in event) this.http.saw(event);
        return this.#told(message.events);
      case 'screen':
        this.#screens.set(message.tab, message.conversations);
        for (const id of message.conversations) this.#engine?.look(id);
        if (this.#engine)
          this.#tabs?.post({ kind: 'connection', state: { ...this.connection.getSnapshot(), isLeader: false }, isNew: false });
        return;
      case 'connection':
        if (message.isNew) this.#announce();
        return this.#engine ? undefined : this.#connected(message.state, message.isNew);
      case 'wake':
        return this.#engine && this.#wake(message.sync);
      case 'signedOut':
        return void this.close();
    }
  }

  #wake(sync: boolean): void {
    const engine = this.#engine;
    if (!engine) return this.#tabs?.post({ kind: 'wake', sync });
    if (sync) engine.sync().catch(() => {});
    else engine.wake();
  }

  /** Tells the leader what is on this tab's screen. */
  #announce(opened?: string): void {
    const tab = this.#tabs;
    if (!tab) return;
    tab.post({ kind: 'screen', tab: tab.id, conversations: [...this.#watchers.keys()] });
    if (opened) this.#engine?.look(opened);
  }
}
