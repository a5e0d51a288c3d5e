import type { Env } from './env.js';
import { deleteDatabase, openDatabase } from './database.js';
import { Memory } from './memory.js';

export type Part = string | number;
export type Key = readonly Part[];

/**
 * | table | key | value |
 * |---|---|---|
 * | conversations | id | the entry in the user's list, or a tombstone |
 * | logs | id, thread or '' | what is known of a log |
 * | messages | id, seq | a message |
 * | ids | id, messageId | its seq |
 * | threads, quotes | id, messageId, seq | the seq of a message in its thread, or that quotes it |
 * | expiries | instant, id, seq | id and seq of a message that disappears |
 * | outbox | order, id | what waits to be done |
 * | cache | kind, key | the last answer to other questions |
 * | meta | name | the cursor, the epoch |
 */
export const tables = ['conversations', 'logs', 'messages', 'ids', 'threads', 'quotes', 'expiries', 'outbox', 'cache', 'meta'] as const;
export type Table = (typeof tables)[number];

/** Reads and, in a write, changes. All of a write is there, or nothing of it. Values must not be changed after they were put. */
export interface Tx {
  get<T>(table: Table, key: Key): Promise<T | undefined>;
  /** The values of the keys between both, inclusive, ascending. */
  range<T>(table: Table, from: Key, to: Key): Promise<T[]>;
  /** The key of the nth value between both, from 1; from the last one back if so asked. */
  nth(table: Table, from: Key, to: Key, n: number, isFromLast?: boolean): Promise<Key | undefined>;
  put(table: Table, key: Key, value: unknown): Promise<void>;
  delete(table: Table, key: Key): Promise<void>;
  deleteRange(table: Table, from: Key, to: Key): Promise<void>;
}

export interface Engine {
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  close(): void;
}

/** All keys that begin with these parts. */
export const under = (...key: Part[]): [from: Key, to: Key] => [key, [...key, []] as unknown as Key];

/**
 * What the device keeps of one user. Writes of all tabs come one after the other. Where IndexedDB isn't there or fails for good it goes on
 * in memory, with nothing but the outbox: `degraded` is called, and everything is to be asked for again.
 */
export class Store {
  degraded: () => void = () => {};
  isDegraded = false;
  #engine: Engine;

  private constructor(
    engine: Engine,
    private readonly wipe: () => Promise<void>,
  ) {
    this.#engine = engine;
  }

  static async open(env: Env, name: string, inMemory: boolean): Promise<Store> {
    const { databases } = env;
    const isKept = !inMemory && databases;
    const wipe = async () => void (isKept && (await deleteDatabase(databases, name)));
    if (isKept) {
      try {
        const store: Store = new Store(await openDatabase(databases, name, () => void store.degrade()), wipe);
        return store;
      } catch {
        // A private window, or a disk without space.
      }
    }
    // What an earlier visit left goes, too, if it can be reached at all.
    const store = new Store(new Memory(), () => wipe().catch(() => {}));
    store.isDegraded = !inMemory;
    return store;
  }

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#on(engine => engine.read(work));
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#on(engine => engine.write(work));
  }

  /** What is still under way finds nothing, and leaves nothing. */
  close(): void {
    const engine = this.#engine;
    this.degraded = () => {};
    this.#engine = new Memory();
    engine.close();
  }

  /** Closes it and deletes everything, also what it had on the disk before that failed. */
  async destroy(): Promise<void> {
    this.close();
    await this.wipe();
  }

  async #on<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
    const engine = this.#engine;
    try {
      return await work(engine);
    } catch (error) {
      // What is wrong with a key or a value is wrong in memory, too.
      if (engine instanceof Memory || !(error instanceof DOMException) || error.name.startsWith('Data')) throw error;
      if (engine === this.#engine) await this.degrade();
      return await work(this.#engine);
    }
  }

  /** Goes on in memory, with what the outbox has. */
  async degrade(): Promise<void> {
    const failed = this.#engine;
    if (failed instanceof Memory) return;
    const memory = new Memory();
    this.#engine = memory;
    this.isDegraded = true;
    try {
      const waiting = await failed.read(tx => tx.range<{ order: number; id: string }>('outbox', ...under()));
      await memory.write(async tx => {
        for (const item of waiting) await tx.put('outbox', [item.order, item.id], item);
      });
    } catch {
      // It can't even be read.
    }
    failed.close();
    this.degraded();
  }
}
