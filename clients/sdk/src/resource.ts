import type { Env } from './env.js';
import { backoff } from './env.js';
import { ChatError } from './error.js';
import { Live } from './live.js';
import type { Store } from './store.js';
import type { Write } from './batch.js';
import type { ChatEvent, Loaded } from './types.js';

/** How long events are gathered before it is asked again, about, in ms. */
const gather = 1000;

export interface ResourceHost {
  readonly env: Env;
  readonly ready: Promise<{ readonly store: Store; readonly write: Write }>;
  /** Calls back for each event, and with nothing when what was missed has to be asked for. */
  readonly listen: (heard: (event: ChatEvent | undefined) => void) => () => void;
}

export interface ResourceOptions<T> {
  /** Where the last answer is kept: the conversation or '', and what it is. */
  readonly key: readonly [conversationId: string, kind: string];
  readonly initial: T;
  readonly fetch: () => Promise<T>;
  /** The value after an event: the same, another one, or `undefined` to ask again. */
  readonly reduce: (value: T, event: ChatEvent) => T | undefined;
}

/** What is asked for while somebody subscribes, kept for when there is no connection, and changed by events. */
export class Resource<T> extends Live<Loaded<T>> {
  #fetching: Promise<void> | undefined;
  /** The answer that is on its way may be from before what was said since. */
  #isOutdated = false;
  #failures = 0;
  #cancelRetry = () => {};
  #cancelSoon: (() => void) | undefined;

  constructor(
    private readonly host: ResourceHost,
    private readonly options: ResourceOptions<T>,
  ) {
    super(host.env, { status: 'loading', value: options.initial }, () => this.#work());
  }

  /** Asks again, if somebody is interested. */
  reload(): void {
    if (this.isActive) void this.#fetch();
  }

  /** Shows what an answer said. */
  provide(value: T): void {
    this.#isOutdated = true;
    this.set({ status: 'ready', value });
    void this.#keep(value);
  }

  #work(): () => void {
    const unlisten = this.host.listen(event => {
      if (!event) return void this.#fetch();
      const { value, status } = this.getSnapshot();
      const reduced = this.options.reduce(value, event);
      if (reduced === undefined) this.#fetchSoon();
      else if (reduced !== value) {
        this.#isOutdated = true;
        this.set({ status, value: reduced });
      }
    });
    void this.#restore();
    void this.#fetch();
    return () => {
      unlisten();
      this.#cancelRetry();
      this.#cancelSoon?.();
      this.#cancelSoon = undefined;
    };
  }

  async #restore(): Promise<void> {
    const { store } = await this.host.ready;
    const value = await store.read(tx => tx.get<T>('cache', this.options.key));
    if (value !== undefined && this.getSnapshot().status !== 'ready') this.set({ status: 'ready', value });
  }

  /** What happens comes in bursts, and to all members at once: one question for it, not all at the same time. */
  #fetchSoon(): void {
    const { env } = this.host;
    this.#cancelSoon ??= env.after(gather * (0.5 + env.random()), () => {
      this.#cancelSoon = undefined;
      this.reload();
    });
  }

  /** One question at a time; one more if something happened meanwhile. */
  #fetch(): Promise<void> {
    this.#isOutdated = true;
    return (this.#fetching ??= this.#ask().finally(() => (this.#fetching = undefined)));
  }

  async #ask(): Promise<void> {
    this.#cancelRetry();
    for (let isAgain = false; this.#isOutdated; isAgain = true) {
      this.#isOutdated = false;
      try {
        const value = await this.options.fetch();
        this.#failures = 0;
        if (this.#isOutdated) {
          if (!isAgain) continue;
          // Where something happens all the time it shows all the same.
          this.#isOutdated = false;
          this.#fetchSoon();
        }
        this.set({ status: 'ready', value });
        await this.#keep(value);
      } catch (error) {
        if (!(error instanceof ChatError)) throw error;
        const { status, value } = this.getSnapshot();
        this.set({ status: status === 'ready' ? 'ready' : 'failed', value, error });
        if (!error.isTransient) continue;
        const wait = Math.max(error.retryAfter * 1000, backoff(this.host.env, ++this.#failures, 1000, 30_000));
        this.#cancelRetry = this.host.env.after(wait, () => this.reload());
      }
    }
  }

  async #keep(value: T): Promise<void> {
    const { write } = await this.host.ready;
    await write(batch => batch.tx.put('cache', this.options.key, value));
  }
}
