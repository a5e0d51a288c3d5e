import type { Chat } from './chat.js';
import type { Core } from './core.js';
import type { Observable } from './observable.js';
import { Resource } from './resource.js';
import { Cards, type ShownCard } from './sharing/cards.js';
import type { GifPage, GifSearch } from './sharing/gifs.js';
import { Shared, type SharedKind, type SharedList, type SharedState } from './sharing/shared.js';
import { type ShownStreak, Streaks } from './sharing/streaks.js';
import type { Loaded, MessageView, StickerPack, Streak } from './types.js';

export type { SharedKind, SharedList, SharedState, ShownCard, ShownStreak };
export { type Gif, type GifPage, type GifSearch, gifCardOf } from './sharing/gifs.js';
export { placeOf } from './sharing/places.js';

/** What users share beside texts and photos: `sharingOf(chat)`. */
export interface Sharing {
  /**
   * What the user may see now of a message's card, from 0: the service says, and the host app where it is asked. It is kept up to date
   * while somebody subscribes; draw a card once it is `ready`.
   */
  card(message: MessageView, index: number): Observable<ShownCard>;
  /** The packs of stickers that the host app has, asked for while somebody subscribes, and kept on the device. */
  readonly stickerPacks: Observable<Loaded<readonly StickerPack[]>>;
  /** GIFs, or without words those that many like now. Rejects with `gifs_disabled` where the service has none. */
  searchGifs(words: string, search?: GifSearch): Promise<GifPage>;
  /** What was shared in a conversation: pages of messages that have something of a kind, kept up to date while somebody subscribes. */
  shared(conversationId: string, kind: SharedKind): SharedList;
  /**
   * A direct conversation's days in a row on which both wrote, as they are now: it turns grey, is lost, and is over by the time alone. It
   * is asked for while somebody subscribes, and once more after each connection.
   */
  streak(conversationId: string): Observable<ShownStreak>;
  /** Gets back a streak that is `lost`. Rejects with `streak_not_lost`, or `limit_reached` where that was done as often as may be. */
  restoreStreak(conversationId: string): Promise<Streak>;
  /**
   * Turns it on, or off for both. `zone`, such as `+05:30`, is by which midnight days are counted: while there is a streak another one is
   * refused with `streak_running`.
   */
  changeStreak(conversationId: string, change: { readonly enabled: boolean; readonly zone?: string }): Promise<Streak>;
}

class SharingOf implements Sharing {
  readonly stickerPacks: Resource<readonly StickerPack[]>;
  readonly #cards: Cards;
  readonly #streaks: Streaks;
  readonly #shared = new Map<string, Shared>();

  constructor(private readonly core: Core) {
    this.#cards = new Cards(core);
    this.#streaks = new Streaks(core);
    this.stickerPacks = new Resource<readonly StickerPack[]>(core, {
      key: ['', 'sticker-packs'],
      initial: [],
      fetch: async () => ((await core.http.ask('get', '/sticker-packs')) as { stickerPacks: readonly StickerPack[] }).stickerPacks,
      reduce: packs => packs,
    });
  }

  card(message: MessageView, index: number): Observable<ShownCard> {
    return this.#cards.of(message, index);
  }

  searchGifs(words: string, { signal, ...more }: GifSearch = {}): Promise<GifPage> {
    return this.core.http.ask('get', '/gifs', { query: { q: words.trim() || undefined, ...more }, signal }) as Promise<GifPage>;
  }

  shared(conversationId: string, kind: SharedKind): SharedList {
    const key = `${kind} ${conversationId}`;
    let shared = this.#shared.get(key);
    if (!shared) this.#shared.set(key, (shared = new Shared(this.core, conversationId, kind)));
    return shared;
  }

  streak(conversationId: string): Observable<ShownStreak> {
    return this.#streaks.of(conversationId);
  }

  restoreStreak(conversationId: string): Promise<Streak> {
    return this.#streak('post', '/conversations/{conversationId}/streak/restore', conversationId);
  }

  changeStreak(conversationId: string, change: { readonly enabled: boolean; readonly zone?: string }): Promise<Streak> {
    return this.#streak('put', '/conversations/{conversationId}/streak', conversationId, change);
  }

  async #streak(method: 'post' | 'put', template: string, conversationId: string, body?: object): Promise<Streak> {
    const { http } = this.core;
    const streak = (await http.insist(() => http.ask(method, template, { path: { conversationId }, body }))) as Streak;
    this.#streaks.provide(conversationId, streak);
    return streak;
  }
}

const all = new WeakMap<Core, Sharing>();

/** What is shared in a chat; the same object for the same chat. */
export function sharingOf(chat: Chat): Sharing {
  const { core } = chat as unknown as { readonly core: Core };
  let sharing = all.get(core);
  if (!sharing) all.set(core, (sharing = new SharingOf(core)));
  return sharing;
}
