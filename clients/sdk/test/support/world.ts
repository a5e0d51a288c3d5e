import { Clock, randomOf, settle } from './clock.js';
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import type { ChatEvent, ChatOptions, Message, MessageView } from '../../src/index.js';
import { Client } from '../../src/client.js';
import type { Env } from '../../src/env.js';
import type { RealtimeOptions } from '../../src/signalr.js';
import { Service, type Answer } from './service.js';

export interface Chaos {
  /** Of pushes: how many are lost, come twice, and how late they may be, in milliseconds. */
  readonly dropped: number;
  readonly doubled: number;
  readonly late: number;
  /** Of requests: how many are refused with 503, are lost, or whose answer is lost. */
  readonly refused: number;
  readonly lost: number;
}

export const calm: Chaos = { dropped: 0, doubled: 0, late: 0, refused: 0, lost: 0 };

/** A message that was sent, and how it is to be shown to a user. */
export interface Truth {
  log(conversationId: string): Promise<readonly { readonly senderId: string; readonly clientMessageId?: string }[]>;
  messages(user: string, conversationId: string): Promise<readonly Message[]>;
  list(user: string): Promise<readonly object[]>;
}

/** The service, the network between, and devices with tabs. Nothing in it depends on the machine: the same seed is the same story. */
export class World {
  readonly clock: Pick<Clock, 'now' | 'after' | 'pass' | 'sleep' | 'until'>;
  readonly service: Service;
  readonly random: () => number;
  readonly tabs: Tab[] = [];
  chaos: Chaos = calm;
  /** The path and the session of each request that had one. */
  readonly sessions: (readonly [path: string, session: string])[] = [];
  /** Answers instead of the service where it returns something. */
  intercept: (
    method: string,
    path: string,
    body: Record<string, unknown>,
    key: string | undefined,
    query: URLSearchParams,
  ) => Answer | 'lost' | undefined = () => undefined;

  constructor(seed = 1, clock: World['clock'] = new Clock()) {
    this.random = randomOf(seed);
    this.clock = clock;
    this.service = new Service(clock as Clock);
    this.service.push = (users, event) => this.#push(users, event as unknown as ChatEvent);
  }

  /** A device of a user: what it keeps outlives its tabs. */
  device(user: string): Device {
    return new Device(this, user);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  between(least: number, most: number): number {
    return Math.floor(least + this.random() * (most - least + 1));
  }

  pick<T>(all: readonly T[]): T {
    return all[Math.floor(this.random() * all.length)]!;
  }

  #push(users: readonly string[], event: ChatEvent): void {
    for (const tab of this.tabs)
      if (users.includes(tab.user)) for (const connection of tab.connections) this.deliver(tab, connection, event);
  }

  /** Brings an event to a connection: not at all, late or twice. */
  deliver(tab: Tab, connection: Connection, event: ChatEvent): void {
    const times = this.chance(this.chaos.dropped) ? 0 : this.chance(this.chaos.doubled) ? 2 : 1;
    for (let time = 0; time < times; time++) {
      this.clock.after(this.random() * this.chaos.late, () => {
        if (tab.connections.has(connection)) connection.events([structuredClone(event)]);
      });
    }
  }

  get truth(): Truth {
    const { service } = this;
    return {
      log: async id => [...service.conversations.get(id)!.messages.values()],
      messages: async (user, id) => service.messages(user, id),
      list: async user => service.list(user),
    };
  }

  token(user: string, life: number, nonce: number): string | Promise<string> {
    return `h.${btoa(JSON.stringify({ sub: user, exp: Math.floor(this.clock.now / 1000) + life, nonce }))}.s`;
  }

  /** What the service answers, when nothing comes between. */
  async request(url: string, { method = 'GET', headers, body }: RequestInit): Promise<Response> {
    const { pathname, searchParams } = new URL(url);
    const given = body ? (JSON.parse(body as string) as Record<string, unknown>) : {};
    const session = (headers as Record<string, string>)['Chat-Session'];
    if (session) this.sessions.push([pathname, session]);
    const { sub, exp } = JSON.parse(atob((headers as Record<string, string>)['Authorization']!.split('.')[1]!)) as {
      sub: string;
      exp: number;
    };
    const isOver = exp * 1000 <= this.clock.now;
    const expired: Answer = { status: 401, body: { status: 401, code: 'token_expired', title: 'Expired.' } };
    return responseOf(isOver ? expired : this.service.answer(sub, method, pathname.replace(/^\/api/, ''), searchParams, given));
  }

  /** What connects a tab to what is pushed. */
  async connect(_tab: Tab, { token }: RealtimeOptions): Promise<{ readonly stop: () => Promise<void> }> {
    await token();
    return { stop: async () => {} };
  }

  /** Everybody is connected anew over a network that loses nothing, and what is late has come. */
  async heal(): Promise<void> {
    this.chaos = calm;
    this.intercept = () => undefined;
    for (const tab of this.tabs) tab.setOnline(true);
    await this.clock.pass(5000);
    for (const tab of this.tabs) tab.loseConnection();
    await this.clock.pass(100_000);
  }

  async close(): Promise<void> {
    for (const tab of [...this.tabs]) void tab.chat.close();
    await this.clock.pass(2000);
  }
}

export class Device {
  readonly databases = new IDBFactory();
  readonly tabs: Tab[] = [];
  readonly #locks = new Map<string, { owner: Tab; release: () => void }[]>();

  constructor(
    readonly world: World,
    readonly user: string,
  ) {}

  open(options: Partial<ChatOptions> & { readonly databases?: IDBFactory | undefined } = {}): Tab {
    const tab = new Tab(this, options);
    this.tabs.push(tab);
    this.world.tabs.push(tab);
    return tab;
  }

  get leader(): Tab | undefined {
    return this.tabs.find(tab => tab.chat.connection.getSnapshot().isLeader);
  }

  /** Web Locks: whoever asked first and still lives has it. */
  async lock(tab: Tab, name: string, signal: AbortSignal, held: () => Promise<void>): Promise<void> {
    const queue = this.#locks.get(name) ?? [];
    this.#locks.set(name, queue);
    await new Promise<void>(granted => {
      queue.push({ owner: tab, release: granted });
      if (queue.length === 1) granted();
    });
    const leave = () => {
      const index = queue.findIndex(one => one.owner === tab);
      if (index >= 0) queue.splice(index, 1);
      if (index === 0) queue[0]?.release();
    };
    tab.killed.push(leave);
    if (!tab.isAlive || signal.aborted) return leave();
    await held();
    leave();
  }

  forget(tab: Tab): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.world.tabs.splice(this.world.tabs.indexOf(tab), 1);
  }
}

export interface Connection {
  readonly events: (events: readonly ChatEvent[]) => void;
  readonly closed: () => void;
}

/** A tab of a device, and the chat in it. */
export class Tab {
  readonly world: World;
  readonly user: string;
  readonly chat: Client;
  readonly env: Env;
  readonly connections = new Set<Connection>();
  readonly killed: (() => void)[] = [];
  isAlive = true;
  isOnline = true;
  isVisible = true;
  tokens = 0;
  /** How long tokens are good for, in seconds. */
  tokenLife = 36_000;
  connects = 0;
  readonly #changed = new Set<() => void>();
  readonly #channels = new Map<string, (message: unknown) => void>();

  constructor(
    readonly device: Device,
    { databases, ...options }: Partial<ChatOptions> & { readonly databases?: IDBFactory | undefined },
  ) {
    this.world = device.world;
    this.user = device.user;
    const kept = 'databases' in arguments[1] ? databases : device.databases;
    this.env = this.#env(kept);
    this.chat = new Client(this.env, { baseUrl: 'https://chat.example', userId: this.user, token: () => this.token(), ...options });
  }

  token(): string | Promise<string> {
    return this.world.token(this.user, this.tokenLife, ++this.tokens);
  }

  setOnline(isOnline: boolean): void {
    if (this.isOnline === isOnline) return;
    this.isOnline = isOnline;
    if (!isOnline) this.loseConnection();
    this.notice();
  }

  notice(): void {
    for (const changed of [...this.#changed]) changed();
  }

  loseConnection(): void {
    for (const connection of [...this.connections]) {
      this.connections.delete(connection);
      connection.closed();
    }
  }

  /** The browser ends it: nothing of it happens any more. */
  kill(): void {
    this.isAlive = false;
    this.connections.clear();
    this.#channels.clear();
    for (const leave of this.killed) leave();
    this.device.forget(this);
  }

  #env(databases: IDBFactory | undefined): Env {
    const { world } = this;
    return {
      now: () => world.clock.now,
      random: world.random,
      id: () => Array.from({ length: 16 }, () => Math.floor(world.random() * 16).toString(16)).join(''),
      after: (milliseconds, run) => world.clock.after(milliseconds, () => this.isAlive && run()),
      fetch: (url, init) => this.#fetch(url, init),
      connect: async options => {
        await this.#wait(world.between(1, 50));
        if (!this.isOnline || world.chance(world.chaos.lost)) throw new Error('No connection.');
        const connection: Connection = {
          events: options.events,
          closed: () => {
            void opened.stop();
            options.closed();
          },
        };
        const events = (all: readonly ChatEvent[]) => {
          for (const event of all) world.deliver(this, connection, event);
        };
        const closed = () => {
          if (this.connections.delete(connection)) options.closed();
        };
        const opened = await world.connect(this, { ...options, events, closed });
        this.connects++;
        this.connections.add(connection);
        return {
          stop: async () => {
            if (!this.connections.delete(connection)) return;
            await opened.stop();
            options.closed();
          },
        };
      },
      lock: (name, signal, held) => this.device.lock(this, name, signal, held),
      channel: (name, receive) => {
        this.#channels.set(name, receive);
        return {
          post: message => {
            if (!this.isAlive) return;
            const copy = structuredClone(message);
            for (const other of this.device.tabs) {
              if (other !== this) world.clock.after(1, () => other.#channels.get(name)?.(copy));
            }
          },
          close: () => void this.#channels.delete(name),
        };
      },
      databases: databases as unknown as globalThis.IDBFactory | undefined,
      isOnline: () => this.isOnline,
      isVisible: () => this.isVisible,
      isFocused: () => this.isVisible,
      onChange: changed => {
        this.#changed.add(changed);
        return () => void this.#changed.delete(changed);
      },
    };
  }

  #wait(milliseconds: number): Promise<void> {
    return new Promise(resolve => this.world.clock.after(milliseconds, () => this.isAlive && resolve()));
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { world } = this;
    const { chaos } = world;
    await this.#wait(world.between(1, 1 + chaos.late / 4));
    if (!this.isOnline || init.signal?.aborted || world.chance(chaos.lost / 2)) throw new TypeError('Failed to fetch');
    const given = init.body ? (JSON.parse(init.body as string) as Record<string, unknown>) : {};
    const key = (init.headers as Record<string, string> | undefined)?.['Idempotency-Key'];
    const { pathname, searchParams } = new URL(url);
    const instead = world.intercept(init.method ?? 'GET', pathname.replace(/^\/api/, ''), given, key, searchParams);
    if (instead && instead !== 'lost' && instead.late) await this.#wait(instead.late);
    // Whom it was for is gone.
    if (!this.isAlive) return await new Promise<never>(() => {});
    if (instead === 'lost') throw new TypeError('Failed to fetch');
    const refused: Answer = { status: 503, body: { status: 503, code: 'unavailable', title: 'Not now.' }, headers: { 'Retry-After': '1' } };
    const response = instead ? responseOf(instead) : world.chance(chaos.refused) ? responseOf(refused) : await world.request(url, init);
    await this.#wait(world.between(1, 1 + chaos.late / 4));
    if (!this.isOnline || world.chance(chaos.lost / 2)) throw new TypeError('Failed to fetch');
    return response;
  }
}

const responseOf = ({ status, body, headers = {} }: Answer): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers });

/** A message by what can be compared with the service's own. */
export const essence = (message: Message | MessageView) => {
  const { seq, messageId, text, senderId, updatedSeq, revision, unsentAt, reactions, thread, replyTo, poll } = message;
  return {
    seq,
    messageId,
    senderId,
    text,
    updatedSeq,
    revision,
    isUnsent: !!unsentAt,
    reactions: reactions.map(({ key, count, mine }) => `${key} ${count} ${mine ? 'mine' : ''}`).sort(),
    thread: thread?.count ?? 0,
    quote: replyTo?.preview ?? null,
    votes: poll?.options.map(({ votes, mine }) => `${votes} ${mine ? 'mine' : ''}`) ?? [],
  };
};

export { settle };
