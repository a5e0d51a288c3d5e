// What fake-indexeddb does takes turns of the event loop. Counting them says when it is idle: import this before anything that imports it.
const real = globalThis.setImmediate;
let pending = 0;
globalThis.setImmediate = ((run: (...args: unknown[]) => void, ...args: unknown[]) => {
  pending++;
  return real(() => {
    pending--;
    run(...args);
  });
}) as typeof setImmediate;

/** Counts something that is done outside the event loop, such as hashing, as what goes on. */
export function busy<T>(work: Promise<T>): Promise<T> {
  pending++;
  return work.finally(() => pending--);
}

const turn = () => new Promise<void>(resolve => real(() => resolve()));

/** Waits until nothing goes on but what waits for time to pass. */
export async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    await turn();
    quiet = pending ? 0 : quiet + 1;
  }
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that passes when a test says so. */
export class Clock {
  now = Date.parse('2026-01-31T09:30:00.000Z');
  #order = 0;
  #timers: Timer[] = [];

  after(milliseconds: number, run: () => void): () => void {
    const timer = { at: this.now + Math.max(0, milliseconds), order: this.#order++, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter(one => one !== timer);
    };
  }

  /** Lets time pass, and all that is due in it happen. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.now + milliseconds;
    for (;;) {
      await settle();
      const next = this.#timers.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at || one.order - other.order)[0];
      if (!next) break;
      this.#timers = this.#timers.filter(one => one !== next);
      this.now = Math.max(this.now, next.at);
      next.run();
    }
    this.now = end;
  }

  /** As if the machine had slept. */
  async sleep(milliseconds: number): Promise<void> {
    await settle();
    this.now += milliseconds;
    await this.pass(0);
  }

  /** Lets time pass until something is so. */
  async until(what: string, isSo: () => boolean, most = 120_000): Promise<void> {
    const end = this.now + most;
    await settle();
    while (!isSo()) {
      if (this.now >= end) throw new Error(`It didn't come to be within ${most / 1000} s: ${what}.`);
      await this.pass(50);
    }
  }
}

/** A sequence of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
