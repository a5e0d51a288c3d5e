import type { Env } from './env.js';
import type { Observable } from './observable.js';

const grace = 1000;

/** Calls all of them; what one throws is reported and stops no other. */
export function tell<T>(listeners: Iterable<(value: T) => void>, value: T): void {
  for (const listener of [...listeners]) {
    try {
      listener(value);
    } catch (error) {
      console.error(error);
    }
  }
}

/** An observable whose value is set, and that works, if it has to, while somebody subscribes and a second longer. */
export class Live<T> implements Observable<T> {
  #value: T;
  readonly #env: Env;
  readonly #work: (() => () => void) | undefined;
  readonly #listeners = new Set<() => void>();
  #end: (() => void) | undefined;
  #cancelEnd: (() => void) | undefined;

  constructor(env: Env, value: T, work?: () => () => void) {
    this.#env = env;
    this.#value = value;
    this.#work = work;
  }

  /** Whether it works. */
  get isActive(): boolean {
    return !!this.#end;
  }

  readonly getSnapshot = (): T => this.#value;

  readonly subscribe = (changed: () => void): (() => void) => {
    // The same function twice is two subscriptions.
    const listener = () => changed();
    this.#listeners.add(listener);
    this.#cancelEnd?.();
    this.#cancelEnd = undefined;
    if (this.#work && !this.#end) this.#end = this.#work();
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size || !this.#end) return;
      this.#cancelEnd = this.#env.after(grace, () => {
        this.#end?.();
        this.#end = undefined;
      });
    };
  };

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    this.notify();
  }

  protected notify(): void {
    tell(this.#listeners, undefined);
  }
}

/** An observable that is computed when it is looked at, after `invalidate`. */
export class Derived<T> implements Observable<T> {
  readonly #compute: (before: T | undefined) => T;
  readonly #listeners = new Set<() => void>();
  #value: T | undefined;
  #isStale = true;

  constructor(compute: (before: T | undefined) => T) {
    this.#compute = compute;
  }

  readonly getSnapshot = (): T => {
    if (this.#isStale) {
      this.#isStale = false;
      this.#value = this.#compute(this.#value);
    }
    return this.#value as T;
  };

  readonly subscribe = (changed: () => void): (() => void) => {
    const listener = () => changed();
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  invalidate(): void {
    this.#isStale = true;
    tell(this.#listeners, undefined);
  }
}

const texts = new WeakMap<object, string>();

/** What an object says. It is remembered, as shown objects don't change. */
function textOf(value: object): string {
  let text = texts.get(value);
  if (text === undefined) texts.set(value, (text = JSON.stringify(value)));
  return text;
}

/** The object before, if the new one says the same, so that who compares objects sees no change. */
export const keep = <T extends object>(before: T | undefined, now: T): T => (before && textOf(before) === textOf(now) ? before : now);

/** A list whose items are those before where they say the same, and that is itself the one before if nothing changed. */
export function keepItems<T extends object>(before: readonly T[] | undefined, now: readonly T[], keyOf: (item: T) => string): readonly T[] {
  const known = new Map(before?.map(item => [keyOf(item), item]));
  const items = now.map(item => keep(known.get(keyOf(item)), item));
  return keepList(before, items);
}

/** The list before, if the new one has the same items. */
export const keepList = <T>(before: readonly T[] | undefined, now: readonly T[]): readonly T[] =>
  before?.length === now.length && now.every((item, index) => item === before[index]) ? before : now;
