import { applyEventPage, applyEvents, beginLog, type EventPage, isLogEvent, type LogEvent } from './apply.js';
import { type Batch, emptyLog, type Write } from './batch.js';
import { keepConnected } from './connection.js';
import { backoff, pause, type Env } from './env.js';
import { ChatError } from './error.js';
import type { Http } from './http.js';
import { applyDetails, applyOwn, applySyncPage, applyToList, type ConversationRecord, type SyncPage } from './list.js';
import { changeMessage, evict, expireMessages, findMessage, hideMessage, type Page } from './messages.js';
import { noteSent, Sender } from './sender.js';
import type { Store } from './store.js';
import type { ChatEvent, ConnectionState, ConversationDetails, ShownMessage } from './types.js';

const gather = 50;
const syncsAfterConnecting = [5000, 60_000];
const tidyEvery = 30_000;
const pagesOfGap = 5;
const beyondBound = 500;

export interface EngineHost {
  readonly env: Env;
  readonly http: Http;
  readonly store: Store;
  readonly write: Write;
  readonly storageBytes: number;
  /** What is on the screen of any tab. */
  readonly screen: () => ReadonlySet<string>;
  /** Tells all tabs of the connection; `isNew` when what was missed while away has to be asked for. */
  readonly connected: (state: Omit<ConnectionState, 'isLeader' | 'userId'>, isNew: boolean) => void;
  /** Tells all tabs of events. */
  readonly told: (events: readonly ChatEvent[]) => void;
  readonly stored: (bytes: number) => void;
  readonly fetchMessages: (ids: readonly (readonly [conversationId: string, messageId: string])[]) => Promise<void>;
}

/** What the tab does that leads: it holds the connection, keeps the store up to date and does what waits in the outbox. */
export class Engine {
  readonly #sender: Sender;
  readonly #signal: AbortSignal;
  /** Entries that came before those that precede them. */
  readonly #beyond = new Map<string, readonly LogEvent[]>();
  readonly #repairs = new Map<string, Promise<void>>();
  /** What is to be read on once more, and whether only where there is still a gap. */
  readonly #again = new Map<string, boolean>();
  #events: ChatEvent[] = [];
  #isGathering = false;
  #flushing: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  #syncsAgain = false;
  #cancelSync: (() => void) | undefined;
  /** Raised with each connection. */
  #generation = 0;

  constructor(
    private readonly host: EngineHost,
    signal: AbortSignal,
  ) {
    this.#signal = signal;
    this.#sender = new Sender(host.env, host.http, host.write);
  }

  /** Works until the signal aborts. */
  async run(): Promise<void> {
    const { env, http, connected } = this.host;
    const unlisten = env.onChange(() => {
      if (env.isOnline()) void this.#sender.run();
    });
    this.#tidy();
    void this.#sender.start();
    await keepConnected(env, http, this.#signal, {
      events: events => this.#receive(events),
      opened: () => void this.#caughtUp(++this.#generation),
      waits: (status, error) => {
        connected({ status, error }, false);
        // Where no pushes get through, each try to connect asks what they would have told.
        if (error) env.after(5000, this.#lookAround(++this.#generation));
      },
    });
    unlisten();
    this.#cancelSync?.();
    this.#sender.stop();
  }

  /** There is something in the outbox. */
  wake(): void {
    void this.#sender.run();
  }

  /** Closes the gaps of a conversation that came on the screen. */
  look(conversationId: string): void {
    if (this.#generation) void this.repair(conversationId);
  }

  // -- Catching up

  /** Pushes from before are lost: the list is asked for what changed, and the log for what is on the screen. Later once more. */
  async #caughtUp(generation: number): Promise<void> {
    const { env, connected } = this.host;
    connected({ status: 'syncing' }, true);
    void this.#sender.run();
    const look = this.#lookAround(generation);
    if (!(await look())) return;
    connected({ status: 'online' }, false);
    for (const after of syncsAfterConnecting) env.after(after, look);
  }

  /** What asks for all that may be missing, until that succeeds or there is another connection, or try to make one. */
  #lookAround = (generation: number) => async (): Promise<boolean> => {
    for (let failures = 0; generation === this.#generation && !this.#signal.aborted; failures++) {
      try {
        await this.sync();
        await Promise.all([...this.host.screen()].map(id => this.repair(id)));
        break;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        await pause(this.host.env, Math.max(error.retryAfter * 1000, backoff(this.host.env, failures, 500, 30_000)));
      }
    }
    return generation === this.#generation && !this.#signal.aborted;
  };

  // -- The list

  /** Asks what changed in the user's list. @throws {ChatError} */
  sync(): Promise<void> {
    if (this.#syncing) this.#syncsAgain = true;
    return (this.#syncing ??= this.#sync().finally(() => (this.#syncing = undefined)));
  }

  #syncSoon(milliseconds: number, failures = 0): void {
    const { env } = this.host;
    this.#cancelSync ??= env.after(milliseconds, () => {
      this.#cancelSync = undefined;
      this.sync().catch((error: unknown) => {
        if (this.#signal.aborted || !(error instanceof ChatError && error.isTransient)) return;
        this.#syncSoon(Math.max(error.retryAfter * 1000, backoff(env, failures, 500, 30_000)), failures + 1);
      });
    });
  }

  async #sync(): Promise<void> {
    const { http, store, write } = this.host;
    for (let hasMore = true; hasMore || this.#syncsAgain;) {
      if (!hasMore) this.#syncsAgain = false;
      const cursor = await store.read(tx => tx.get<string>('meta', ['cursor']));
      const page = (await http.ask('get', '/sync', { query: { cursor, limit: 100 } })) as SyncPage;
      await write(async batch => {
        // Another epoch's cursor was taken from us while we waited.
        if ((await batch.tx.get<string>('meta', ['cursor'])) !== cursor) return;
        await applySyncPage(batch, page);
        if (page.resnapshot) {
          this.#beyond.clear();
          await batch.tx.delete('meta', ['epoch']);
        }
      });
      hasMore = page.hasMore;
    }
    await write(batch => batch.tx.put('meta', ['isLoaded'], true));
  }

  async #fetchDetails(conversationIds: Iterable<string>): Promise<void> {
    for (const conversationId of conversationIds) {
      try {
        const ask = () => this.host.http.ask('get', '/conversations/{conversationId}', { path: { conversationId } });
        const details = (await this.host.http.insist(ask)) as ConversationDetails;
        await this.host.write(batch => applyDetails(batch, details));
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
      }
      // The list follows within a second, and says more.
      this.#syncSoon(2000);
    }
  }

  // -- Events

  #receive(events: readonly ChatEvent[]): void {
    for (const event of events) if ('session' in event) this.host.http.saw(event);
    this.#events.push(...events);
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.host.env.after(gather, () => {
      this.#isGathering = false;
      this.#flushing = this.#flushing
        .then(() => this.#flush())
        .catch((error: unknown) => {
          // What was pushed is asked for.
          console.error(error);
          this.#syncSoon(2000);
          for (const id of this.host.screen()) this.look(id);
        });
    });
  }

  async #flush(): Promise<void> {
    if (this.#signal.aborted) return;
    const pushed = this.#events.splice(0);
    const { host } = this;
    let events: readonly ChatEvent[] = [];
    const after = await host.write(async batch => {
      events = await this.#ofThisEpoch(batch, pushed);
      const entries = events.filter(isLogEvent);
      for (const id of new Set(entries.map(({ conversationId }) => conversationId))) {
        await this.#applyEntries(
          batch,
          id,
          entries.filter(({ conversationId }) => conversationId === id),
        );
      }
      await noteSent(batch, messagesOf(entries));
      for (const event of events) await applyPassing(batch, event);
      return batch;
    });
    this.#follow(after);
    host.told(events);
    for (const [id, waiting] of this.#beyond) if (waiting.length && host.screen().has(id)) void this.repair(id, true);
  }

  /** What has to be asked for after a write. */
  #follow({ stale, unknown, needsSync }: Batch): void {
    if (stale.length) void this.host.fetchMessages(stale);
    if (unknown.size) void this.#fetchDetails(unknown);
    if (needsSync) this.#syncSoon(2000);
  }

  async #applyEntries(batch: Batch, conversationId: string, entries: readonly LogEvent[]): Promise<void> {
    let log = await batch.log(conversationId);
    if (!log?.applied && entries.some(({ seq }) => seq === 1)) await batch.putLog((log = log ?? emptyLog(conversationId, batch.now)));
    if (log && (log.applied || entries.some(({ seq }) => seq === 1))) {
      const waiting = [...(this.#beyond.get(conversationId) ?? []), ...entries];
      const beyond = await applyEvents(batch, log, waiting, 'push');
      this.#beyond.set(conversationId, beyond.length > beyondBound ? [] : [...new Map(beyond.map(event => [event.seq, event])).values()]);
    }
    for (const event of [...entries].sort((one, other) => one.seq - other.seq)) await applyToList(batch, event);
  }

  /** After a failover the store may have given the same numbers to other entries: everything is asked for anew. */
  async #ofThisEpoch(batch: Batch, events: readonly ChatEvent[]): Promise<readonly ChatEvent[]> {
    const epochOf = (event: ChatEvent) => event.storeEpoch ?? 1;
    const known = await batch.tx.get<number>('meta', ['epoch']);
    const newest = Math.max(known ?? 1, ...events.map(epochOf));
    if (newest !== known) await batch.tx.put('meta', ['epoch'], newest);
    if (known !== undefined && newest > known) {
      await applySyncPage(batch, { resnapshot: true, items: [], cursor: '', hasMore: false });
      await batch.tx.delete('meta', ['cursor']);
      this.#beyond.clear();
      this.#syncSoon(0);
    }
    return events.filter(event => epochOf(event) === newest);
  }

  // -- Gaps

  /** Reads the log on from the last entry that is known: one request at a time. Ends when there is no gap, or none can be closed. */
  repair(conversationId: string, isGap = false): Promise<void> {
    const running = this.#repairs.get(conversationId);
    if (running) {
      this.#again.set(conversationId, isGap && this.#again.get(conversationId) !== false);
      return running;
    }
    const repair = this.#close(conversationId, isGap).finally(() => {
      this.#repairs.delete(conversationId);
      const again = this.#again.get(conversationId);
      this.#again.delete(conversationId);
      const isWanted = again === false || (again && this.#beyond.get(conversationId)?.length);
      if (isWanted && !this.#signal.aborted) void this.repair(conversationId, again);
    });
    this.#repairs.set(conversationId, repair);
    return repair;
  }

  async #close(conversationId: string, isGap: boolean): Promise<void> {
    const { host } = this;
    const { env } = host;
    const generation = this.#generation;
    // What is missing may just be late; and others miss it as well.
    if (isGap) await new Promise<void>(resolve => env.after(100 + env.random() * 400, resolve));
    for (let failures = 0; generation === this.#generation && !this.#signal.aborted; failures++) {
      try {
        await this.#readOn(conversationId);
        if (!this.#beyond.get(conversationId)?.length) return;
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        if (!error.isTransient) return void this.#syncSoon(2000);
      }
      if (!host.screen().has(conversationId)) return;
      await pause(env, backoff(env, failures, 500, 30_000));
    }
  }

  async #readOn(conversationId: string): Promise<void> {
    const { http, store, write } = this.host;
    const path = { conversationId };
    for (let pages = 0; ; pages++) {
      const [log, record] = await store.read(async tx => [
        await tx.get<ReturnType<typeof emptyLog>>('logs', [conversationId, '']),
        await tx.get<ConversationRecord>('conversations', [conversationId]),
      ]);
      const isFar = record?.newest?.isLimited && log && log.applied < record.newest.fromSeq - 1;
      if (!log?.applied || isFar || pages === pagesOfGap) {
        const page = (await http.ask('get', '/conversations/{conversationId}/messages', { path, query: { limit: 50 } })) as Page;
        const after = await write(async batch => {
          await beginLog(batch, conversationId, page);
          await noteSent(batch, page.messages);
          await this.#drain(batch, conversationId);
          return batch;
        });
        return this.#follow(after);
      }
      const page = (await http.ask('get', '/conversations/{conversationId}/events', {
        path,
        query: { afterSeq: log.applied, limit: 100 },
      })) as EventPage;
      const after = await write(async batch => {
        await applyEventPage(batch, conversationId, page);
        await this.#drain(batch, conversationId);
        await noteSent(batch, messagesOf(page.events));
        for (const event of page.events) await applyToList(batch, event);
        return batch;
      });
      this.#follow(after);
      if (!page.hasMore) return;
    }
  }

  /** Applies what came early, as far as nothing before it is missing any more. */
  async #drain(batch: Batch, conversationId: string): Promise<void> {
    const log = await batch.log(conversationId);
    const waiting = this.#beyond.get(conversationId);
    if (log && waiting) this.#beyond.set(conversationId, await applyEvents(batch, log, waiting, 'push'));
  }

  // -- Order

  #tidy(): void {
    const tidy = async () => {
      if (this.#signal.aborted) return;
      try {
        const bytes = await this.host.write(async batch => {
          await expireMessages(batch);
          return await evict(batch, this.host.storageBytes, id => this.host.screen().has(id));
        });
        this.host.stored(bytes);
      } catch (error) {
        console.error(error);
      }
      this.#tidy();
    };
    this.host.env.after(tidyEvery, () => void tidy());
  }
}

const messagesOf = (events: readonly LogEvent[]): readonly ShownMessage[] =>
  events.flatMap(event => (event.type === 'message.created' ? [event.data] : []));

/** What isn't in a log. */
async function applyPassing(batch: Batch, event: ChatEvent): Promise<void> {
  if (event.type === 'message.hidden') return await hideMessage(batch, event.conversationId, event.data.messageId);
  if (event.type === 'request.resolved' && event.data.state === 'accepted') {
    const record = await batch.tx.get<ConversationRecord>('conversations', [event.conversationId]);
    if (!record?.summary) batch.unknown.add(event.conversationId);
    return;
  }
  if (event.type !== 'vote.updated') return await applyOwn(batch, event);
  const { messageId, options, updatedSeq } = event.data;
  const record = await findMessage(batch.tx, event.conversationId, messageId);
  if (!record || (record.mine?.votes?.asOf ?? 0) > updatedSeq) return;
  const votes = { asOf: updatedSeq, options, counted: record.message.counts?.version };
  await changeMessage(batch, record, { mine: { asOf: 0, keys: [], ...record.mine, votes } });
}
