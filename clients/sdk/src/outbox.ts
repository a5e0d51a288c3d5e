import type { Batch, Write } from './batch.js';
import type { Env } from './env.js';
import { ChatError } from './error.js';
import { Derived } from './live.js';
import { type Store, type Tx, under } from './store.js';
import type { Mention, Message, NewMessage, OutboxItem, QueuedMessage, ShownAttachment } from './types.js';
import type { PreferencesChange } from './conversation.js';

/** Of a message whose photos are uploaded first. */
export interface WithPhotos {
  /** Each by an id of its own until it is uploaded. They are there until the message is sent or cancelled. */
  readonly attachments?: readonly ShownAttachment[];
  /** By their own ids, the media ids of those that are uploaded; once all are, `content` has them. */
  readonly uploaded?: Readonly<Record<string, string>>;
  /** How often one of them was refused. After each time they are uploaded under other keys. */
  readonly refusals?: number;
}

/** What is wanted. */
export type Wish =
  | { readonly kind: 'send'; readonly clientMessageId: string; readonly content: NewMessage }
  | { readonly kind: 'edit'; readonly messageId: string; readonly text: string; readonly mentions?: readonly Mention[] }
  | { readonly kind: 'unsend' | 'hide'; readonly messageId: string }
  | { readonly kind: 'react'; readonly messageId: string; readonly key: string; readonly isWanted: boolean }
  | { readonly kind: 'vote'; readonly messageId: string; readonly options: readonly number[] }
  | { readonly kind: 'read' | 'clear'; readonly seq: number }
  | { readonly kind: 'unread' }
  | { readonly kind: 'preferences'; readonly change: PreferencesChange };

/** An item as it is kept. */
export type OutboxRecord = Wish & WithPhotos & {
  readonly id: string;
  readonly order: number;
  readonly conversationId: string;
  readonly queuedAt: number;
  /** `sent` and `cancelled` ones stay a while: for who waits for the message, and for one that was on its way. */
  readonly state: 'queued' | 'sending' | 'failed' | 'sent' | 'cancelled';
  /** Whether it may be stored already: there was an attempt without a clear answer. */
  readonly isAttempted?: boolean;
  /** What the user wants a message to say whose text can't be changed any more: it may be stored. */
  readonly newText?: string;
  readonly newMentions?: readonly Mention[];
  readonly error?: object;
  /** Whether it is sent by itself: the batch that it was in was refused as a whole. */
  readonly isAlone?: boolean;
  /** What was stored. */
  readonly message?: Message;
  readonly doneAt?: number;
};

/** What a message says, as its sender wants it by now. */
export const textOf = ({ newText, content }: Extract<OutboxRecord, { readonly kind: 'send' }>): string | undefined =>
  newText ?? content.text ?? content.poll?.question;

export const isWaiting = (item: OutboxRecord): boolean => !['sent', 'cancelled'].includes(item.state);

/** Messages go out in order; nothing else waits for them. */
export const laneOf = ({ conversationId, kind }: OutboxRecord): string => `${kind === 'send' ? 'send' : 'rest'} ${conversationId}`;

export const allItems = (tx: Tx): Promise<OutboxRecord[]> => tx.range<OutboxRecord>('outbox', ...under());

export async function putItem(batch: Batch, item: OutboxRecord): Promise<void> {
  batch.outbox = true;
  await batch.tx.put('outbox', [item.order, item.id], item);
}

export async function deleteItem(batch: Batch, { order, id }: OutboxRecord): Promise<void> {
  batch.outbox = true;
  await batch.tx.delete('outbox', [order, id]);
}

/** An item that is about a message, or about one's reaction with a key; of others both are undefined. */
export type Named = OutboxRecord & { readonly messageId: string; readonly key: string };

/** What two items must share to be one. */
function keyOf(item: OutboxRecord): string | undefined {
  const { kind, conversationId, messageId, key } = item as Named;
  return kind === 'send' ? undefined : JSON.stringify([kind, conversationId, messageId, key]);
}

/** What becomes of what waits when one more comes: it takes the place of what it makes pointless, or is pointless itself. */
export function coalesce(
  items: readonly OutboxRecord[],
  added: OutboxRecord,
): { readonly put?: OutboxRecord; readonly drop: readonly OutboxRecord[] } {
  const key = keyOf(added);
  const before = key === undefined ? [] : items.filter(item => isWaiting(item) && item.state !== 'sending' && keyOf(item) === key);
  const sending = items.find(item => item.state === 'sending' && keyOf(item) === key);
  const last = before.at(-1);
  if (added.kind === 'read' || added.kind === 'clear') {
    const is = (item: OutboxRecord | undefined): boolean => item?.kind === added.kind && item.seq >= added.seq;
    if (is(last) || is(sending)) return { drop: [] };
  }
  if (added.kind === 'react' && last?.kind === 'react' && !last.isAttempted && !sending && last.isWanted !== added.isWanted)
    return { drop: before };
  if (added.kind === 'preferences') {
    // What was refused would be again, and this with it.
    const change = last?.kind === 'preferences' && last.state === 'queued' ? last.change : {};
    return { put: { ...added, change: { ...change, ...added.change } }, drop: before };
  }
  return { put: added, drop: before };
}

/** What waits to be done, as this tab knows it: at once what it adds itself, and what other tabs do as soon as they tell. */
export class Queue {
  readonly items: Derived<readonly OutboxItem[]>;
  /** Called after each change with the conversations concerned. */
  changed: () => void = () => {};
  /** Called when there is something to do. */
  wake: () => void = () => {};
  #records: readonly OutboxRecord[] = [];
  /** What isn't in the store yet, and when it is, or never will be. */
  readonly #unwritten = new Map<string, readonly [item: OutboxRecord, over: Promise<void>]>();
  readonly #waiters = new Map<string, { resolve: (message: Message) => void; reject: (error: ChatError) => void }>();
  #lastOrder = 0;

  constructor(
    private readonly env: Env,
    private readonly ready: Promise<{ readonly store: Store; readonly write: Write }>,
  ) {
    this.items = new Derived<readonly OutboxItem[]>(() => this.#records.filter(isWaiting).map(itemOf));
  }

  get records(): readonly OutboxRecord[] {
    return this.#records;
  }

  /** Reads it again. */
  async refresh(): Promise<void> {
    const { store } = await this.ready;
    const kept = await store.read(allItems);
    const known = new Set(kept.map(({ id }) => id));
    this.#set([...kept, ...[...this.#unwritten.values()].map(([item]) => item).filter(({ id }) => !known.has(id))]);
    for (const item of kept) this.#settle(item);
    for (const id of this.#waiters.keys())
      if (!known.has(id) && !this.#unwritten.has(id)) this.#reject(id, new ChatError({ code: 'cancelled' }));
  }

  send(conversationId: string, content: NewMessage, more?: WithPhotos): QueuedMessage {
    const clientMessageId = this.env.id();
    const { id, done } = this.#add(conversationId, { kind: 'send', clientMessageId, content, ...more });
    const sent = new Promise<Message>((resolve, reject) => this.#waiters.set(id, { resolve, reject }));
    sent.catch(() => {});
    return { clientMessageId, outboxId: id, queued: done, sent };
  }

  add(conversationId: string, wish: Exclude<Wish, { readonly kind: 'send' }>): void {
    this.#add(conversationId, wish);
  }

  async retry(id: string): Promise<void> {
    await this.change(id, item => (item.state === 'failed' ? { ...item, ...this.#place(), state: 'queued', error: undefined } : item));
  }

  async edit(id: string, text: string, mentions?: readonly Mention[], mentionsAll?: true): Promise<void> {
    await this.change(id, item => {
      const isFailed = item.state === 'failed';
      if (item.state !== 'queued' && !isFailed) return item;
      const again = isFailed ? { ...this.#place(), state: 'queued' as const, error: undefined } : {};
      if (item.kind === 'edit') return { ...item, ...again, text, mentions };
      if (item.kind !== 'send') return item;
      return item.isAttempted
        ? { ...item, newText: text, newMentions: mentions }
        : { ...item, ...again, content: { ...item.content, text, mentions, mentionsAll } };
    });
  }

  async cancel(id: string): Promise<boolean> {
    let isCancelled = false;
    await this.change(id, item => {
      isCancelled = item.state === 'queued' || item.state === 'failed';
      if (!isCancelled) return item;
      return item.isAttempted && item.kind === 'send'
        ? { ...item, state: 'cancelled', doneAt: this.env.now(), attachments: undefined }
        : undefined;
    });
    return isCancelled;
  }

  /** Nothing will be done any more. */
  close(): void {
    for (const id of [...this.#waiters.keys()]) this.#reject(id, new ChatError({ code: 'closed' }));
  }

  #place(): { readonly order: number; readonly queuedAt: number } {
    const queuedAt = this.env.now();
    this.#lastOrder = Math.max(queuedAt * 1000, this.#lastOrder + 1, ...this.#records.map(({ order }) => order + 1));
    return { order: this.#lastOrder, queuedAt };
  }

  #add(conversationId: string, wish: Wish): { readonly id: string; readonly done: Promise<void> } {
    const item: OutboxRecord = { ...wish, ...this.#place(), id: this.env.id(), conversationId, state: 'queued' };
    const { put, drop } = coalesce(this.#records, item);
    const done = this.#keep(item);
    const over = done.catch(() => {});
    if (put) this.#unwritten.set(item.id, [put, over]);
    this.#set([...this.#records.filter(one => !drop.includes(one)), ...(put ? [put] : [])]);
    return { id: item.id, done };
  }

  async #keep(item: OutboxRecord): Promise<void> {
    const { store, write } = await this.ready;
    const keep = () =>
      write(async batch => {
        const { put, drop } = coalesce(await allItems(batch.tx), item);
        for (const one of drop) await deleteItem(batch, one);
        if (put) await putItem(batch, put);
      });
    try {
      await keep().catch(async (error: unknown) => {
        // Not every browser keeps files everywhere: Safari doesn't in private windows.
        if (!item.attachments) throw error;
        await store.degrade();
        await keep();
      });
    } finally {
      this.#unwritten.delete(item.id);
      await this.refresh();
      this.wake();
    }
  }

  async change(id: string, make: (item: OutboxRecord) => OutboxRecord | undefined): Promise<void> {
    const { write } = await this.ready;
    await this.#unwritten.get(id)?.[1];
    await write(async batch => {
      const item = (await allItems(batch.tx)).find(one => one.id === id);
      const changed = item && make(item);
      if (!item || changed === item) return;
      await deleteItem(batch, item);
      if (changed) await putItem(batch, changed);
    });
    await this.refresh();
    this.wake();
  }

  #set(records: readonly OutboxRecord[]): void {
    this.#records = [...records].sort((one, other) => one.order - other.order);
    this.items.invalidate();
    this.changed();
  }

  #settle({ id, state, message, error }: OutboxRecord): void {
    if (state === 'sent' && message) this.#waiters.get(id)?.resolve(message);
    else if (state === 'failed' && error) return this.#reject(id, ChatError.fromJSON(error));
    else if (state === 'cancelled') return this.#reject(id, new ChatError({ code: 'cancelled' }));
    else return;
    this.#waiters.delete(id);
  }

  #reject(id: string, error: ChatError): void {
    this.#waiters.get(id)?.reject(error);
    this.#waiters.delete(id);
  }
}

function itemOf(item: OutboxRecord): OutboxItem {
  const { id, conversationId, kind, state, queuedAt, error } = item;
  return {
    id,
    conversationId,
    kind,
    state: state as OutboxItem['state'],
    queuedAt: new Date(queuedAt).toISOString(),
    messageId: (item as Named).messageId,
    ...(kind === 'send' && {
      clientMessageId: item.clientMessageId,
      content: item.content,
      text: textOf(item),
      attachments: item.attachments,
    }),
    ...(kind === 'edit' && { text: item.text }),
    ...(error && { error: ChatError.fromJSON(error) }),
  };
}
