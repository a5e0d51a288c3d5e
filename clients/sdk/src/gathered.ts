import type { Core } from './core.js';
import { backoff } from './env.js';
import { ChatError } from './error.js';
import { Live } from './live.js';

const gather = 20;
/** How long to wait, at least and at most, until what failed is asked for again. */
const again = [5000, 60_000] as const;

export interface Gatherable {
  readonly status: string;
}

/** What is said of one item. An `error` without `retryAfter`, in seconds, stays. */
export type Said<T> = { readonly value: T; readonly goodUntil: number } | { readonly error: ChatError; readonly retryAfter?: number };

export interface GatheredOptions<I, T> {
  /** How many are asked for at once, at most. */
  readonly most: number;
  readonly ask: (items: readonly I[]) => Promise<readonly Said<T>[]>;
  readonly failed: (error: ChatError) => T;
  /** How long a value may be shown beyond its time while it can't be asked for again, in ms. */
  readonly grace: number;
  /** What shows once a value's time is over, until there is a new one. */
  readonly ended?: (value: T) => T;
}

const keyOf = (item: object) => Object.values(item).join(' ');

/** What is asked for together while somebody subscribes, and again before it ends. It is in memory alone. */
export class Gathered<I extends object, T extends Gatherable> {
  readonly #known = new Map<string, Item<I, T>>();
  readonly #wanted = new Set<Item<I, T>>();
  #isGathering = false;

  constructor(
    private readonly core: Core,
    private readonly options: GatheredOptions<I, T>,
  ) {}

  /** @param initial what shows until there is an answer. */
  of(item: I, initial: T): Live<T> {
    const key = keyOf(item);
    let known = this.#known.get(key);
    if (!known) this.#known.set(key, (known = new Item(this.core, item, initial, this.options, () => this.#want(known!))));
    return known;
  }

  /** One that somebody looks at, or did lately. */
  known(item: I): Pick<Item<I, T>, 'said' | 'getSnapshot'> | undefined {
    return this.#known.get(keyOf(item));
  }

  /** What was missed may have changed all of them. */
  renew(): void {
    for (const item of this.#known.values()) {
      item.goodUntil = 0;
      item.turn++;
      if (item.isActive) this.#want(item);
    }
  }

  #want(item: Item<I, T>): void {
    this.#wanted.add(item);
    if (this.#isGathering) return;
    this.#isGathering = true;
    const { most } = this.options;
    this.core.env.after(gather, () => {
      this.#isGathering = false;
      const { now } = this.core.env;
      // One that has no answer yet may be about to be looked at.
      for (const [key, item] of this.#known) if (!item.isActive && item.isAnswered && item.goodUntil < now()) this.#known.delete(key);
      const wanted = [...this.#wanted];
      this.#wanted.clear();
      for (let from = 0; from < wanted.length; from += most) void this.#ask(wanted.slice(from, from + most));
    });
  }

  async #ask(asked: readonly Item<I, T>[]): Promise<void> {
    const ask = () => this.options.ask(asked.map(({ item }) => item));
    const turns = asked.map(({ turn }) => turn);
    // What was said meanwhile may be newer.
    const answer = (said: (index: number) => Said<T>) =>
      asked.forEach((one, index) => (one.turn === turns[index] ? one.said(said(index)) : this.#want(one)));
    try {
      const all = await this.core.http.insist(ask);
      answer(index => all[index]!);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      answer(() => ({ error, ...(error.isTransient && { retryAfter: error.retryAfter }) }));
    }
  }
}

class Item<I, T extends Gatherable> extends Live<T> {
  goodUntil = 0;
  isAnswered = false;
  /** Raised by all that is said of it, and when all of that is to be asked for anew. */
  turn = 0;
  #failures = 0;
  #isWanted = false;
  #cancel = () => {};

  constructor(
    private readonly core: Core,
    readonly item: I,
    initial: T,
    private readonly options: GatheredOptions<I, T>,
    private readonly want: () => void,
  ) {
    super(core.env, initial, () => {
      this.#isWanted = true;
      if (this.goodUntil && !this.#isStillGood) this.set(initial);
      if (this.goodUntil <= core.env.now()) this.#end();
      else this.#askAt(this.goodUntil);
      return () => {
        this.#isWanted = false;
        this.#cancel();
      };
    });
  }

  get #isStillGood(): boolean {
    return this.core.env.now() < this.goodUntil + this.options.grace;
  }

  said(said: Said<T>): void {
    const { env } = this.core;
    this.isAnswered = true;
    this.turn++;
    if ('value' in said) {
      this.goodUntil = said.goodUntil;
      this.#failures = 0;
      this.#askAt(said.goodUntil);
      return this.set(said.value);
    }
    const { error, retryAfter } = said;
    const isKnown = this.goodUntil > 0 || this.getSnapshot().status === 'ready';
    if (retryAfter === undefined || !isKnown || !this.#isStillGood) {
      this.goodUntil = 0;
      this.set(this.options.failed(error));
    }
    if (retryAfter === undefined) return;
    this.#askAt(env.now() + Math.max(again[0], retryAfter * 1000, backoff(env, this.#failures++, ...again)));
  }

  #end(): void {
    const { ended } = this.options;
    const { env } = this.core;
    if (ended) this.set(ended(this.getSnapshot()));
    if (env.isVisible()) return this.want();
    // Nobody sees it: it is asked for once the page shows again.
    this.#cancel = env.onChange(() => {
      if (!env.isVisible()) return;
      this.#cancel();
      this.#end();
    });
  }

  #askAt(instant: number): void {
    this.#cancel();
    if (this.#isWanted) this.#cancel = this.core.env.after(instant - this.core.env.now(), () => this.#end());
  }
}
