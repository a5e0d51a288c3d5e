import type { Core } from './core.js';
import type { ConversationRecord } from './list.js';
import { Derived, keep, keepList } from './live.js';
import { conversationView } from './overlay.js';
import { type Store, under } from './store.js';
import type { ConversationView } from './types.js';

/** The user's list as this tab knows it, with what waits in the outbox on top. */
export class Entries {
  /** Raised whenever it, or what lies on top of it, changed. */
  readonly views = new Derived<readonly ConversationView[]>(before => this.#all(before));
  isLoaded = false;
  blocked: readonly string[] = [];
  readonly #records = new Map<string, ConversationRecord>();
  readonly #views = new Map<string, { readonly record: ConversationRecord; readonly items: string; readonly view: ConversationView }>();
  #cancelUnmuting = () => {};

  constructor(private readonly core: Pick<Core, 'me' | 'env' | 'queue'>) {}

  /** Whether what this user says in the conversation isn't to be shown. */
  isBlocked(conversationId: string, userId: string | undefined): boolean {
    return !!userId && this.blocked.includes(userId) && this.#records.get(conversationId)?.summary?.kind !== 'direct';
  }

  /** The conversation as the list shows it. */
  view(conversationId: string): ConversationView | undefined {
    const { me, env, queue } = this.core;
    const record = this.#records.get(conversationId);
    if (!record?.summary) return undefined;
    const items = queue.records.filter(item => item.conversationId === conversationId && item.state !== 'sent');
    const stamp = [...this.blocked, ...items.map(({ id, state, order }) => `${id} ${state} ${order}`)].join();
    const known = this.#views.get(conversationId);
    const mutedUntil = record.summary.preferences.mutedUntil;
    if (known?.record === record && known.items === stamp && !items.length && !mutedUntil) return known.view;
    const isBlocked = (userId: string | undefined) => this.isBlocked(conversationId, userId);
    const view = keep(known?.view, conversationView(record, items, me, env.now(), isBlocked));
    this.#views.set(conversationId, { record, items: stamp, view });
    return view;
  }

  /** Reads it again: all of it, or these. */
  async read(store: Store, conversationIds?: Iterable<string>): Promise<void> {
    const [records, isLoaded] = await store.read(async tx => [
      conversationIds
        ? await Promise.all([...conversationIds].map(id => tx.get<ConversationRecord>('conversations', [id])))
        : await tx.range<ConversationRecord>('conversations', ...under()),
      await tx.get<boolean>('meta', ['isLoaded']),
    ]);
    if (!conversationIds) this.#records.clear();
    for (const record of records) if (record) this.#records.set(record.conversationId, record);
    this.isLoaded = !!isLoaded;
    this.#changed();
  }

  /** Tells of it, and once more when one of them isn't muted any more. */
  #changed(): void {
    const { env } = this.core;
    this.views.invalidate();
    const ends = [...this.#records.values()].map(({ summary }) => Date.parse(summary?.preferences.mutedUntil as string) - env.now());
    this.#cancelUnmuting();
    this.#cancelUnmuting = env.after(Math.min(1e8, ...ends.filter(end => end > 0)), () => this.#changed());
  }

  #all(before: readonly ConversationView[] | undefined): readonly ConversationView[] {
    const views = [...this.#records.keys()].map(id => this.view(id)).filter(view => view !== undefined);
    const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
    views.sort((one, other) => order(other.activityAt, one.activityAt) || order(one.conversationId, other.conversationId));
    return keepList(before, views);
  }
}
