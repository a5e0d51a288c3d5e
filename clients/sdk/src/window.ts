import type { LogRecord, MessageRecord } from './batch.js';
import { beginLog } from './apply.js';
import type { MessageWindow, WindowOptions } from './conversation.js';
import type { Core } from './core.js';
import { backoff } from './env.js';
import { ChatError } from './error.js';
import { keepItems, Live } from './live.js';
import { mergePage, messagesBetween, type Page } from './messages.js';
import { overlay } from './overlay.js';
import { add, around, type Range, union } from './ranges.js';
import type { Tx } from './store.js';
import type { MessageWindowState } from './types.js';

const end = Number.MAX_SAFE_INTEGER;

/** What a window needs of the chat that it belongs to. */
type WindowHost = Pick<Core, 'env' | 'http' | 'ready' | 'me' | 'queue' | 'list' | 'watch' | 'confirmed' | 'fetchMessages'>;

const nothing: MessageWindowState = {
  status: 'loading',
  messages: [],
  hasBefore: false,
  hasAfter: false,
  hasHole: false,
  isLoadingBefore: false,
  isLoadingAfter: false,
};

type PageOf = Page & { readonly hasMore: boolean };
type Loading = 'isLoadingBefore' | 'isLoadingAfter';
type Position = Readonly<Record<string, number>>;

/** A range of messages of a conversation, or of a thread in it, that is looked at. */
export class Window extends Live<MessageWindowState> implements MessageWindow {
  readonly #pageSize: number;
  #anchor: number | 'newest';
  #from = 0;
  /** `end` when it shows the newest, and whatever comes. */
  #to = 0;
  /** Up to where everything is known. */
  #coveredTo = 0;
  #records: readonly MessageRecord[] = [];
  #isOpen = false;
  /** Raised by each jump, so that what was under way before doesn't show, and moves nothing. */
  #visit = 0;
  #reading: Promise<void> | undefined;
  #isChanged = false;
  #unread: { readonly count: number; readonly upTo: number; readonly found?: number } | undefined;
  #failures = 0;
  #cancelRetry = () => {};
  #cancelExpiry = () => {};
  #hasFetchedPolls = false;
  #loading: { [L in Loading]?: Promise<void> | undefined } = {};

  constructor(
    private readonly host: WindowHost,
    private readonly conversationId: string,
    private readonly threadId: string,
    { around: place, pageSize = 50 }: WindowOptions = {},
  ) {
    super(host.env, nothing, () => this.#work());
    this.#anchor = place ?? 'newest';
    this.#pageSize = Math.min(Math.max(pageSize, 2), 100);
  }

  #work(): () => void {
    const unwatch = this.host.watch(this.conversationId, what => {
      if (what === 'outbox') this.#show();
      else if (what === 'log') void this.#refresh();
      else if (what === 'connected') void (this.#isOpen ? this.#confirm() : this.#open());
    });
    void this.#open();
    return () => {
      unwatch();
      this.#cancelRetry();
      this.#cancelExpiry();
    };
  }

  async jumpTo(place: number | 'newest'): Promise<void> {
    this.#anchor = place;
    this.#isOpen = false;
    await this.#open();
  }

  loadBefore(): Promise<void> {
    return this.#once('isLoadingBefore');
  }

  loadAfter(): Promise<void> {
    return this.#once('isLoadingAfter');
  }

  #once(name: Loading): Promise<void> {
    const visit = this.#visit;
    return (this.#loading[name] ??= this.#load(name).finally(() => {
      if (visit !== this.#visit) return;
      this.#loading[name] = undefined;
      this.#update({ [name]: false });
    }));
  }

  /** Shows what is kept around the anchor, or asks for it. */
  async #open(): Promise<void> {
    const visit = ++this.#visit;
    this.#cancelRetry();
    this.#loading = {};
    this.#update({ isLoadingBefore: false, isLoadingAfter: false });
    try {
      const isKept = await this.#settle();
      if (visit !== this.#visit) return;
      if (isKept) return void this.#confirm();
      if (await this.#fetch(this.#position())) await this.#settle();
    } catch (error) {
      if (visit === this.#visit) this.#failed(error, true);
    }
  }

  /** Asks once more for a page that is looked at, if it is from before the connection was made. */
  async #confirm(from = this.#from, to = this.#records.at(-1)?.seq ?? from, position = this.#position()): Promise<void> {
    const known = around(this.host.confirmed(this.conversationId, this.threadId).ranges, to);
    if (known && known[0] <= from) return;
    const visit = this.#visit;
    try {
      await this.#fetch(position);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (visit !== this.#visit) return;
      if (!error.isTransient) return this.#failed(error, false);
      this.#cancelRetry();
      if (this.isActive) this.#cancelRetry = this.#later(error, () => void this.#confirm(from, to, position));
    }
  }

  #later(error: ChatError, run: () => void): () => void {
    const { env } = this.host;
    return env.after(Math.max(error.retryAfter * 1000, backoff(env, ++this.#failures, 1000, 30_000)), run);
  }

  /** Takes its place in what is kept; false where nothing is. */
  async #settle(): Promise<boolean> {
    await this.#refresh();
    if (!this.#isOpen) return false;
    this.#failures = 0;
    if (!this.threadId) {
      const { write } = await this.host.ready;
      await write(async batch => {
        const log = await batch.log(this.conversationId);
        if (log) await batch.tx.put('logs', [this.conversationId, ''], { ...log, usedAt: batch.now });
      });
    }
    return true;
  }

  /** A page around the anchor, of what is kept. */
  async #place(tx: Tx, ranges: readonly Range[], log: LogRecord | undefined): Promise<Range | undefined> {
    const anchor = this.#anchor;
    const isNewest = anchor === 'newest';
    const range = isNewest ? (log?.applied || this.threadId ? ranges.at(-1) : undefined) : around(ranges, anchor);
    if (!range) return undefined;
    const size = isNewest ? this.#pageSize : Math.ceil(this.#pageSize / 2);
    const from = (await this.#nth(tx, range[0], isNewest ? end : anchor, size, true)) ?? range[0];
    if (isNewest) return [from, end];
    const to = await this.#nth(tx, anchor + 1, range[1], this.#pageSize - size);
    if (to) return [from, to];
    return [from, range === ranges.at(-1) && range[1] >= (log?.applied ?? 0) ? end : range[1]];
  }

  async #coverage(tx: Tx): Promise<{ readonly ranges: readonly Range[]; readonly log: LogRecord | undefined }> {
    const log = await tx.get<LogRecord>('logs', [this.conversationId, '']);
    const thread = this.threadId ? await tx.get<LogRecord>('logs', [this.conversationId, this.threadId]) : undefined;
    // Whatever is known of the conversation is known of its threads.
    return { log, ranges: thread ? union(thread.ranges, log?.applied ? log.ranges : []) : this.threadId ? [] : (log?.ranges ?? []) };
  }

  /** The `seq` of the nth message of a range, from its end back if so asked; undefined where there are fewer. */
  async #nth(tx: Tx, from: number, to: number, n: number, isFromEnd = false): Promise<number | undefined> {
    if (to < from) return undefined;
    const place = this.threadId ? [this.conversationId, this.threadId] : [this.conversationId];
    const key = await tx.nth(this.threadId ? 'threads' : 'messages', [...place, from], [...place, to], n, isFromEnd);
    return key?.at(-1) as number | undefined;
  }

  /** Reads what is kept of its range again; once more if it changed meanwhile. */
  #refresh(): Promise<void> {
    this.#isChanged = true;
    return (this.#reading ??= (async () => {
      try {
        while (this.#isChanged) {
          this.#isChanged = false;
          await this.#read();
        }
      } finally {
        this.#reading = undefined;
      }
    })());
  }

  async #read(): Promise<void> {
    const { store } = await this.host.ready;
    const visit = this.#visit;
    const isOpen = this.#isOpen;
    const [from, to] = [this.#from, this.#to];
    const found = await store.read(async tx => {
      const { ranges, log } = await this.#coverage(tx);
      const place = isOpen ? ([from, to] as const) : await this.#place(tx, ranges, log);
      if (!place) return undefined;
      const range = place[1] === end ? ranges.at(-1) : (around(ranges, place[1]) ?? around(ranges, place[0]));
      if (!range) return undefined;
      const first = Math.max(place[0], range[0]);
      const last = place[1] === end ? end : Math.min(place[1], range[1]);
      return [first, last, range[1], await messagesBetween(tx, this.conversationId, this.threadId, first, last)] as const;
    });
    // What moved it meanwhile has it read once more.
    if (visit !== this.#visit || from !== this.#from || to !== this.#to) return;
    if (!found) {
      // Everything was dropped: the service says whether there is anything to see.
      if (isOpen) {
        this.#isOpen = false;
        void this.#open();
      }
      return;
    }
    this.#isOpen = true;
    [this.#from, this.#to, this.#coveredTo, this.#records] = found;
    const hasHole = this.#to === end && this.#records.some(({ seq }) => seq > this.#coveredTo);
    this.#show({ status: 'ready', hasHole, error: undefined });
    await this.#fetchOutdated();
  }

  async #fetchOutdated(): Promise<void> {
    const isOutdated = ({ message, mine, isStale }: MessageRecord) =>
      isStale || (!this.#hasFetchedPolls && message.poll && message.updatedSeq > (mine?.votes?.asOf ?? 0));
    const outdated = this.#records.filter(isOutdated);
    this.#hasFetchedPolls = true;
    if (outdated.length) await this.host.fetchMessages(outdated.map(({ message }) => [this.conversationId, message.messageId]));
  }

  #show(more: Partial<MessageWindowState> = {}): void {
    if (!this.#isOpen) return;
    const { env, list, me, queue } = this.host;
    const { unreadCount: count = 0, clearedSeq = 0 } = list.view(this.conversationId) ?? {};
    const now = env.now();
    const isBlocked = (userId: string | undefined) => list.isBlocked(this.conversationId, userId);
    const place = { isBlocked, thread: this.threadId, coveredTo: Math.max(this.#coveredTo, clearedSeq), isEnd: this.#to === end };
    const records = this.#records.filter(({ seq }) => seq > clearedSeq);
    const items = queue.records.filter(({ conversationId }) => conversationId === this.conversationId);
    const messages = keepItems(this.getSnapshot().messages, overlay(records, items, me, now, place), ({ key }) => key);
    this.#unread ??= { count, upTo: records.at(-1)?.seq ?? 0 };
    const firstUnreadSeq = this.#firstUnread();
    this.#update({
      ...more,
      messages,
      hasBefore: this.#from > Math.max(1, clearedSeq + 1),
      hasAfter: this.#to !== end,
      ...(firstUnreadSeq && { firstUnreadSeq }),
    });
    this.#watchExpiry(records, now);
  }

  #firstUnread(): number | undefined {
    const { count, upTo, found } = this.#unread!;
    if (found || !count) return found;
    const others = this.#records.filter(({ seq, message, isHidden }) => seq <= upTo && !isHidden && message.senderId !== this.host.me);
    const first = others.at(-count) ?? (this.#from <= 1 ? others[0] : undefined);
    if (first) this.#unread = { count, upTo, found: first.seq };
    return first?.seq;
  }

  #watchExpiry(records: readonly MessageRecord[], now: number): void {
    this.#cancelExpiry();
    const next = records.reduce((soonest, { message }) => {
      const at = message.expiresAt ? Date.parse(message.expiresAt) : Infinity;
      return at > now ? Math.min(soonest, at) : soonest;
    }, Infinity);
    this.#cancelExpiry = next < Infinity ? this.host.env.after(next - now, () => this.#show()) : () => {};
  }

  #update(change: Partial<MessageWindowState>): void {
    const before = this.getSnapshot();
    const names = Object.keys(change) as (keyof MessageWindowState)[];
    if (names.some(name => !Object.is(before[name], change[name]))) this.set({ ...before, ...change });
  }

  async #load(name: Loading): Promise<void> {
    const isBefore = name === 'isLoadingBefore';
    if (!this.#isOpen || !this.getSnapshot()[isBefore ? 'hasBefore' : 'hasAfter']) return;
    this.#update({ [name]: true });
    const visit = this.#visit;
    try {
      // A page without messages only says that there are none: the next one may have some.
      for (let tries = 0; tries < 5; tries++) {
        const [from, to] = [this.#from, this.#to];
        const position: Position = isBefore ? { beforeSeq: from } : { afterSeq: to };
        const isExtended = await this.#extend(isBefore);
        if (visit !== this.#visit) return;
        if (isExtended) {
          void (isBefore ? this.#confirm(this.#from, from - 1, position) : this.#confirm(to + 1, this.#records.at(-1)?.seq, position));
          return await this.#trim(isBefore);
        }
        if (!(await this.#fetch(position))) return;
      }
    } catch (error) {
      if (visit === this.#visit) this.#failed(error, false);
    }
  }

  /** Moves its edge by a page of what is kept; false where nothing more is. */
  async #extend(isBefore: boolean): Promise<boolean> {
    const visit = this.#visit;
    const { store } = await this.host.ready;
    const edge = await store.read(async tx => {
      const { ranges, log } = await this.#coverage(tx);
      const range = around(ranges, isBefore ? this.#from : this.#to);
      if (!range) return undefined;
      if (isBefore) return (await this.#nth(tx, range[0], this.#from - 1, this.#pageSize, true)) ?? range[0];
      const isNewest = range === ranges.at(-1) && range[1] >= (log?.applied ?? 0);
      return (await this.#nth(tx, this.#to + 1, range[1], this.#pageSize)) ?? (isNewest ? end : range[1]);
    });
    if (visit !== this.#visit || edge === undefined || edge === (isBefore ? this.#from : this.#to)) return false;
    const had = this.#records.length;
    if (isBefore) this.#from = edge;
    else this.#to = edge;
    await this.#refresh();
    return this.#records.length > had || this.#from <= 1 || this.#to === end;
  }

  /** Lets go of what is far from where it was extended, so that a long conversation takes no more than a short one. */
  async #trim(isBefore: boolean): Promise<void> {
    const most = 5 * this.#pageSize;
    if (this.#records.length <= most) return;
    if (isBefore) this.#to = this.#records[most - 1]!.seq;
    else this.#from = this.#records.at(-most)!.seq;
    await this.#refresh();
  }

  #position(): Position {
    if (this.#anchor !== 'newest') return { aroundSeq: this.#anchor };
    return this.threadId ? { beforeSeq: end } : {};
  }

  async #ask(position: Position): Promise<PageOf> {
    const { conversationId, threadId } = this;
    const messages = '/conversations/{conversationId}/messages';
    const path = { conversationId, messageId: threadId };
    const query = { limit: this.#pageSize, ...position };
    if (!threadId) return (await this.host.http.ask('get', messages, { path: { conversationId }, query })) as PageOf;
    // Threads have no pages around a position: one up to it, and one after it.
    if (position['aroundSeq'] === undefined)
      return (await this.host.http.ask('get', `${messages}/{messageId}/replies`, { path, query })) as PageOf;
    const before = await this.#ask({ beforeSeq: position['aroundSeq'] + 1 });
    const after = await this.#ask({ afterSeq: before.toSeq });
    return { messages: [...before.messages, ...after.messages], fromSeq: before.fromSeq, toSeq: after.toSeq, hasMore: after.hasMore };
  }

  /** Asks for a page, and keeps it; false where the window was moved elsewhere meanwhile. */
  async #fetch(position: Position): Promise<boolean> {
    const visit = this.#visit;
    const page = await this.#ask(position);
    if (visit !== this.#visit) return false;
    const { write } = await this.host.ready;
    const confirmed = this.host.confirmed(this.conversationId, this.threadId);
    confirmed.ranges = add(confirmed.ranges, [page.fromSeq, page.toSeq]);
    // Without a position it is the newest one.
    const isNewest = !this.threadId && !Object.keys(position).length;
    await write(batch =>
      isNewest ? beginLog(batch, this.conversationId, page) : mergePage(batch, this.conversationId, page, this.threadId),
    );
    return visit === this.#visit;
  }

  #failed(error: unknown, isOpening: boolean): void {
    if (!(error instanceof ChatError)) throw error;
    if (error.code === 'conversation_not_found' || (this.threadId && error.code === 'message_not_found'))
      return this.#update({ ...nothing, status: 'gone' });
    this.#update({ error });
    if (!isOpening || !error.isTransient || !this.isActive) return;
    this.#cancelRetry = this.#later(error, () => void this.#open());
  }
}
