import type { Chat } from './chat.js';
import { Items } from './collections/items.js';
import type { Core } from './core.js';
import type { Observable } from './observable.js';
import { Resource } from './resource.js';
import type { Loaded, Message } from './types.js';

/** A list that a conversation's members fill with what was shared, and put in order together. */
export interface Collection {
  readonly collectionId: string;
  readonly title: string;
  readonly createdBy: string;
  readonly createdAt: string;
}

/** A message in a collection, or one file of it: then its id is the message's, a dot, and the file's. */
export interface CollectionItem {
  readonly itemId: string;
  /** As it is now; absent where the user doesn't see it, or it was taken back. */
  readonly message?: Message;
}

/**
 * The collections of one conversation: `collectionsOf(chat, conversationId)`. What returns a promise shows at once where that is known, is
 * retried while it may succeed for up to 30 s, and rejects with a `ChatError`; then what is shown is asked for again.
 */
export interface Collections {
  /** The oldest first. */
  readonly list: Observable<Loaded<readonly Collection[]>>;
  /** What is in one, in its order, which is everybody's. Asked for while somebody subscribes; nothing of it is kept on the device. */
  items(collectionId: string): Observable<Loaded<readonly CollectionItem[]>>;
  /** Makes one, and answers its id. A title has 1–128 characters. Rejects with `limit_reached` beyond 50. */
  create(title: string): Promise<string>;
  rename(collectionId: string, title: string): Promise<void>;
  /** Not what it shows. In a group by who made it, its owner and admins: `not_allowed` for others. */
  delete(collectionId: string): Promise<void>;
  /** Adds at the end what is shared by a message; what is there already stays where it is. `not_allowed` where it shares nothing. */
  add(collectionId: string, itemId: string): Promise<void>;
  /** Puts an item behind another one, or to the beginning. Behind one that is gone is the end. */
  move(collectionId: string, itemId: string, after: string | null): Promise<void>;
  remove(collectionId: string, itemId: string): Promise<void>;
}

/** Takes an item out, and puts it behind another one: at the beginning for null, at the end where that isn't there. */
export function placed(items: readonly CollectionItem[], item: CollectionItem, after: string | null): readonly CollectionItem[] {
  const rest = items.filter(({ itemId }) => itemId !== item.itemId);
  const at = after === null ? 0 : rest.findIndex(({ itemId }) => itemId === after) + 1 || rest.length;
  return [...rest.slice(0, at), item, ...rest.slice(at)];
}

class CollectionsOf implements Collections {
  readonly list: Resource<readonly Collection[]>;
  #last: Promise<void> = Promise.resolve();
  readonly #items = new Map<string, Items>();

  constructor(
    private readonly core: Core,
    private readonly conversationId: string,
  ) {
    this.list = new Resource<readonly Collection[]>(core, {
      key: [conversationId, 'collections'],
      initial: [],
      fetch: async () => ((await this.#ask('get', '')) as { collections: readonly Collection[] }).collections,
      reduce: (value, event) => {
        const isHere = 'conversationId' in event && event.conversationId === conversationId;
        return isHere && /^collection\.(updated|deleted)$/.test(event.type) ? undefined : value;
      },
    });
  }

  items(collectionId: string): Items {
    let items = this.#items.get(collectionId);
    if (!items) this.#items.set(collectionId, (items = new Items(this.core, this.conversationId, collectionId)));
    return items;
  }

  async create(title: string): Promise<string> {
    const collectionId = this.core.env.id();
    await this.rename(collectionId, title);
    return collectionId;
  }

  async rename(collectionId: string, title: string): Promise<void> {
    await this.#change('put', `/${encodeURIComponent(collectionId)}`, { title });
    this.list.reload();
  }

  async delete(collectionId: string): Promise<void> {
    await this.#change('delete', `/${encodeURIComponent(collectionId)}`);
    this.list.reload();
  }

  async add(collectionId: string, itemId: string): Promise<void> {
    await this.#change('put', pathOf(collectionId, itemId), {});
    this.items(collectionId).reload();
  }

  move(collectionId: string, itemId: string, after: string | null): Promise<void> {
    const where = after === null ? { first: true } : { after };
    return this.#shown(collectionId, all => moved(all, itemId, after), this.#change('put', pathOf(collectionId, itemId), where));
  }

  remove(collectionId: string, itemId: string): Promise<void> {
    const without = (all: readonly CollectionItem[]) => all.filter(one => one.itemId !== itemId);
    return this.#shown(collectionId, without, this.#change('delete', pathOf(collectionId, itemId)));
  }

  /** Shows a change at once; where it is refused, what there is. */
  async #shown(
    collectionId: string,
    change: (items: readonly CollectionItem[]) => readonly CollectionItem[],
    asked: Promise<void>,
  ): Promise<void> {
    const items = this.items(collectionId);
    const { status, value } = items.getSnapshot();
    if (status === 'ready') items.set({ status, value: change(value) });
    await asked.catch((error: unknown) => {
      items.reload();
      throw error;
    });
  }

  /** One after the other: where an item is put depends on what was done before. */
  #change(method: 'put' | 'delete', path: string, body?: object): Promise<void> {
    const changed = this.#last.then(async () => void (await this.core.http.insist(() => this.#ask(method, path, body))));
    this.#last = changed.catch(() => {});
    return changed;
  }

  #ask(method: 'get' | 'put' | 'delete', path: string, body?: object): Promise<unknown> {
    const asked = { path: { conversationId: this.conversationId }, ...(body && { body }) };
    return this.core.http.ask(method, `/conversations/{conversationId}/collections${path}`, asked);
  }
}

const pathOf = (collectionId: string, itemId: string): string =>
  `/${encodeURIComponent(collectionId)}/items/${encodeURIComponent(itemId)}`;

function moved(items: readonly CollectionItem[], itemId: string, after: string | null): readonly CollectionItem[] {
  const known = items.find(one => one.itemId === itemId);
  return known ? placed(items, known, after) : items;
}

const all = new WeakMap<Core, Map<string, Collections>>();

/** The collections of a conversation; the same object for the same one. */
export function collectionsOf(chat: Chat, conversationId: string): Collections {
  const { core } = chat as unknown as { readonly core: Core };
  const known = all.get(core) ?? new Map<string, Collections>();
  all.set(core, known);
  let collections = known.get(conversationId);
  if (!collections) known.set(conversationId, (collections = new CollectionsOf(core, conversationId)));
  return collections;
}
