import type { Core } from './core.js';
import { ChatError } from './error.js';
import { Live } from './live.js';
import { Resource } from './resource.js';
import type { Presence, Profile } from './types.js';

const typingRepeat = 3000;
const typingLife = 6000;
const presencePeriod = 20_000;
const presenceUsers = 50;
const profileUsers = 100;
const gather = 20;

/** Who of the others is typing in a conversation, and telling them that the user is. */
export class Typing {
  readonly typists: Live<readonly string[]>;
  readonly #expiries = new Map<string, () => void>();
  #toldAt = -Infinity;

  constructor(
    private readonly core: Core,
    private readonly conversationId: string,
  ) {
    this.typists = new Live<readonly string[]>(core.env, [], () => this.#listen());
  }

  /** Tells the others, if it is time to. What gets lost expires there by itself. */
  tell(isTyping: boolean): void {
    const { env, http, connection } = this.core;
    const now = env.now();
    const isKnown = now - this.#toldAt < (isTyping ? typingRepeat : typingLife);
    if (isTyping === isKnown || !env.isOnline() || connection.getSnapshot().status !== 'online') return;
    this.#toldAt = isTyping ? now : -Infinity;
    const asked = { path: { conversationId: this.conversationId }, body: { typing: isTyping } };
    http.ask('post', '/conversations/{conversationId}/typing', asked).catch(() => {});
  }

  #listen(): () => void {
    const unlisten = this.core.listen(event => {
      if (!event || !('conversationId' in event) || event.conversationId !== this.conversationId) return;
      if (event.type === 'typing.started') {
        const { userId } = event.data;
        if (userId !== this.core.me && !this.core.list.isBlocked(this.conversationId, userId)) this.#typing(userId);
      } else if (event.type === 'typing.stopped') this.#stopped(event.data.userId);
      else if (event.type === 'message.created') this.#stopped(event.data.senderId);
    });
    return () => {
      unlisten();
      for (const id of [...this.#expiries.keys()]) this.#stopped(id);
    };
  }

  #typing(userId: string): void {
    this.#expiries.get(userId)?.();
    this.#expiries.set(
      userId,
      this.core.env.after(typingLife, () => this.#stopped(userId)),
    );
    if (!this.typists.getSnapshot().includes(userId)) this.typists.set([...this.typists.getSnapshot(), userId]);
  }

  #stopped(userId: string): void {
    this.#expiries.get(userId)?.();
    if (this.#expiries.delete(userId)) this.typists.set(this.typists.getSnapshot().filter(id => id !== userId));
  }
}

/** Names and pictures: asked for together, kept, and kept up to date. */
export class Profiles {
  readonly #all = new Map<string, Live<Profile | undefined>>();
  /** Who is to be asked for, by the conversation by which they are known, or ''. */
  readonly #wanted = new Map<string, Set<string>>();
  #isGathering = false;

  constructor(private readonly core: Core) {
    core.listen(event => {
      if (event?.type === 'user.updated') void this.#keep([event.data]);
    });
  }

  of(userId: string, conversationId = ''): Live<Profile | undefined> {
    const known = this.#all.get(userId);
    if (known) return known;
    const profile = new Live<Profile | undefined>(this.core.env, undefined, () => {
      void this.#load(userId, conversationId);
      return this.core.listen(event => event || void this.#want(userId, conversationId));
    });
    this.#all.set(userId, profile);
    return profile;
  }

  async #load(userId: string, conversationId: string): Promise<void> {
    const { store } = await this.core.ready;
    const kept = await store.read(tx => tx.get<Profile>('cache', ['', `profile ${userId}`]));
    if (kept) this.#show(kept);
    this.#want(userId, conversationId);
  }

  #want(userId: string, conversationId: string): void {
    const wanted = this.#wanted.get(conversationId) ?? new Set();
    this.#wanted.set(conversationId, wanted.add(userId));
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.core.env.after(gather, () => {
      this.#isGathering = false;
      void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const wanted = [...this.#wanted];
    this.#wanted.clear();
    for (const [conversationId, ids] of wanted) {
      for (const users of chunks([...ids], profileUsers)) {
        try {
          const body = { users, ...(conversationId && { conversationId }) };
          const about = conversationId ? [conversationId] : [];
          const ask = () => this.core.http.ask('post', '/users/profiles', { body, about });
          await this.#keep(((await this.core.http.insist(ask)) as { profiles: readonly Profile[] }).profiles);
        } catch (error) {
          // Asked for again after the next reconnect.
          if (!(error instanceof ChatError)) throw error;
        }
      }
    }
  }

  async #keep(profiles: readonly Profile[]): Promise<void> {
    const { write } = await this.core.ready;
    for (const profile of profiles) this.#show(profile);
    await write(async ({ tx }) => {
      for (const { userId } of profiles) {
        const shown = this.#all.get(userId)?.getSnapshot();
        if (shown) await tx.put('cache', ['', `profile ${userId}`], shown);
      }
    });
  }

  #show(profile: Profile): void {
    const known = this.#all.get(profile.userId);
    const before = known?.getSnapshot();
    if (!before || before.version < profile.version) known?.set(profile);
  }
}

/** Who is there. All that is subscribed to is asked for together. */
export class PresenceWatch {
  readonly #wanted = new Map<Live<ReadonlyMap<string, Presence>>, { readonly users: readonly string[]; readonly conversationId: string }>();
  #cancel: (() => void) | undefined;

  constructor(private readonly core: Core) {}

  of(users: readonly string[], conversationId = ''): Live<ReadonlyMap<string, Presence>> {
    const live: Live<ReadonlyMap<string, Presence>> = new Live<ReadonlyMap<string, Presence>>(this.core.env, new Map(), () => {
      this.#wanted.set(live, { users, conversationId });
      this.#askIn(gather);
      const unlisten = this.core.env.onChange(() => this.core.env.isVisible() && this.#askIn(gather));
      return () => {
        unlisten();
        this.#wanted.delete(live);
        if (!this.#wanted.size) this.#stop();
      };
    });
    return live;
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #askIn(milliseconds: number): void {
    this.#stop();
    this.#cancel = this.core.env.after(milliseconds, () => {
      this.#cancel = undefined;
      if (this.core.isClosed || !this.#wanted.size) return;
      this.#askIn(presencePeriod);
      if (this.core.env.isVisible() && this.core.env.isOnline()) void this.#ask();
    });
  }

  async #ask(): Promise<void> {
    const conversations = new Set([...this.#wanted.values()].map(({ conversationId }) => conversationId));
    for (const conversationId of conversations) {
      const asked = [...this.#wanted].filter(([, want]) => want.conversationId === conversationId);
      const found = new Map<string, Presence>();
      try {
        for (const users of chunks([...new Set(asked.flatMap(([, want]) => want.users))], presenceUsers)) {
          const query = { users, ...(conversationId && { conversationId }) };
          const { presence } = (await this.core.http.ask('get', '/presence', { query })) as { presence: readonly Presence[] };
          for (const one of presence) found.set(one.userId, one);
        }
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        continue;
      }
      for (const [live, { users }] of asked) {
        const now = new Map(users.flatMap(id => (found.has(id) ? [[id, found.get(id)!] as const] : [])));
        if (JSON.stringify([...now]) !== JSON.stringify([...live.getSnapshot()])) live.set(now);
      }
    }
  }
}

/** Whom the user blocks, or mutes. */
export function peopleOf(core: Core, kind: 'blocks' | 'mutes'): Resource<readonly string[]> {
  const versions = new Map<string, number>();
  return new Resource<readonly string[]>(core, {
    key: ['', kind],
    initial: [],
    fetch: async () => (await core.http.all<{ userId: string }>(`/${kind}`, kind)).map(({ userId }) => userId),
    reduce: (value, { type, data }) => {
      if (type !== (kind === 'blocks' ? 'block.updated' : 'mute.updated')) return value;
      const { userId, version, ...is } = data;
      if (version <= (versions.get(userId) ?? 0)) return value;
      versions.set(userId, version);
      const others = value.filter(id => id !== userId);
      return ('isBlocked' in is ? is.isBlocked : is.isMuted) ? [...others, userId] : others;
    },
  });
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, index) => all.slice(index * size, (index + 1) * size));
}
