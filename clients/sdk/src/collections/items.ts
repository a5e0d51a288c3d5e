import type { Core } from '../core.js';
import { backoff } from '../env.js';
import { ChatError } from '../error.js';
import { Live } from '../live.js';
import type { ChatEvent, Loaded, Message } from '../types.js';
import { type CollectionItem, placed } from '../collections.js';

type Shown = Loaded<readonly CollectionItem[]>;

/** How long what happens is gathered before it is asked again, in ms. */
const gather = 1000;
/** A block, and its end, is so everywhere in the service after 30 s. */
const settled = 31_000;

const none: Shown = { status: 'loading', value: [] };

/** What is in a collection. While nobody looks nothing of it is kept: what it shows may be taken back meanwhile. */
export class Items extends Live<Shown> {
  /** Messages that were taken back or hidden: an answer may be from before. */
  readonly #gone = new Set<string>();
  /** Pushes may come in any order: one that is late says nothing of how things are. */
  #seen = 0;
  #turn = 0;
  #isAsking = false;
  #failures = 0;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly core: Core,
    private readonly conversationId: string,
    private readonly collectionId: string,
  ) {
    super(core.env, none, () => {
      const unlisten = core.listen(event => this.#heard(event));
      void this.#ask();
      return () => {
        unlisten();
        this.#stop();
        this.set(none);
      };
    });
  }

  /** Asks again, if somebody is interested. */
  reload(): void {
    if (this.isActive) void this.#ask();
  }

  #heard(event: ChatEvent | undefined): void {
    if (!event) return void this.#ask();
    const { value, status } = this.getSnapshot();
    const reduced = this.#reduce(value, event);
    if (!reduced) this.#askSoon(gather * (0.5 + this.core.env.random()));
    else if (reduced !== value) {
      this.set({ status, value: reduced });
      // The answer that is on its way may be from before.
      if (this.#isAsking) this.#askSoon(gather);
    }
  }

  #reduce(value: readonly CollectionItem[], event: ChatEvent): readonly CollectionItem[] | undefined {
    if (event.type === 'block.updated') {
      // The list of those whom the user blocks may hear of it after this.
      queueMicrotask(() => this.set({ ...this.getSnapshot(), value: this.#seenOf(this.getSnapshot().value) }));
      this.core.env.after(settled, () => this.reload());
    }
    if (!('conversationId' in event) || event.conversationId !== this.conversationId) return value;
    const { type, data } = event;
    if (type === 'message.deleted' || type === 'message.hidden') {
      this.#gone.add(data.messageId);
      return this.#seenOf(value);
    }
    if (type === 'message.updated') return value.some(({ itemId }) => itemId.split('.')[0] === data.messageId) ? undefined : value;
    if ((type !== 'collection.item.placed' && type !== 'collection.item.removed') || data.collectionId !== this.collectionId) return value;
    const isLate = event.seq < this.#seen;
    this.#seen = Math.max(this.#seen, event.seq);
    if (isLate) return undefined;
    const known = value.find(({ itemId }) => itemId === data.itemId);
    if (type === 'collection.item.removed') return known ? value.filter(one => one !== known) : value;
    return known ? placed(value, known, data.after) : undefined;
  }

  /** Without what isn't to be seen. */
  #seenOf(value: readonly CollectionItem[]): readonly CollectionItem[] {
    const isHidden = ({ messageId, senderId }: Message) =>
      this.#gone.has(messageId) || this.core.list.isBlocked(this.conversationId, senderId);
    return value.map(item => (item.message && isHidden(item.message) ? { itemId: item.itemId } : item));
  }

  #askSoon(wait: number): void {
    this.#cancel ??= this.core.env.after(wait, () => void this.#ask());
  }

  #stop(): void {
    this.#turn++;
    this.#isAsking = false;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #ask(): Promise<void> {
    this.#stop();
    this.#isAsking = true;
    const turn = this.#turn;
    const { env, http } = this.core;
    const path = { conversationId: this.conversationId, collectionId: this.collectionId };
    try {
      const value = await http.all<CollectionItem>('/conversations/{conversationId}/collections/{collectionId}/items', 'items', path);
      if (turn !== this.#turn) return;
      this.#isAsking = false;
      this.#failures = 0;
      this.set({ status: 'ready', value: this.#seenOf(value) });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (turn !== this.#turn) return;
      this.#isAsking = false;
      const before = this.getSnapshot();
      this.set({ ...before, status: before.status === 'ready' ? 'ready' : 'failed', error });
      if (error.isTransient) this.#askSoon(Math.max(error.retryAfter * 1000, backoff(env, ++this.#failures, 1000, 30_000)));
    }
  }
}
