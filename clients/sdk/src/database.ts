import { unwrap, wrap, type IDBPDatabase, type IDBPTransaction } from 'idb';
import { tables, type Engine, type Key, type Table, type Tx } from './store.js';

/** Raised when what is kept changes its shape: everything but the outbox is dropped then, and asked for again. */
const schema = 1;

/** @param lost called when another tab, or the browser, takes the database away. */
export async function openDatabase(factory: IDBFactory, name: string, lost: () => void): Promise<Engine> {
  const request = factory.open(name, schema);
  request.onupgradeneeded = () => {
    const database = request.result;
    for (const table of [...database.objectStoreNames]) if (table !== 'outbox') database.deleteObjectStore(table);
    for (const table of tables) if (!database.objectStoreNames.contains(table)) database.createObjectStore(table);
  };
  const database = (await wrap(request)) as unknown as IDBPDatabase;
  // A newer version of the app in another tab waits for this one to let go.
  const raw = unwrap(database) as unknown as IDBDatabase;
  raw.onversionchange = lost;
  raw.onclose = lost;
  return new Database(factory, name, database);
}

class Database implements Engine {
  constructor(
    private readonly factory: IDBFactory,
    private readonly name: string,
    private readonly database: IDBPDatabase,
  ) {}

  async read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const transaction = this.database.transaction(tables, 'readonly');
    const [result] = await Promise.all([work(within(transaction)), transaction.done]);
    return result;
  }

  async write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const transaction = this.database.transaction(tables, 'readwrite');
    const done = transaction.done;
    done.catch(() => {});
    let result: T;
    try {
      result = await work(within(transaction));
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // It was over already.
      }
      throw error;
    }
    await done;
    return result;
  }

  close(): void {
    this.database.close();
  }

  async destroy(): Promise<void> {
    this.close();
    await wrap(this.factory.deleteDatabase(this.name));
  }
}

type Mode = 'readonly' | 'readwrite';

const within = (transaction: IDBPTransaction<unknown, typeof tables, Mode>): Tx => {
  const all = (from: Key, to: Key) => IDBKeyRange.bound(from, to);
  const writable = (table: Table) => (transaction as IDBPTransaction<unknown, typeof tables, 'readwrite'>).objectStore(table);
  return {
    get: async (table, key) => await transaction.objectStore(table).get(key as IDBValidKey),
    range: async (table, from, to, { limit, reverse = false } = {}) => {
      const store = transaction.objectStore(table);
      if (!reverse) return await store.getAll(all(from, to), limit);
      const found: never[] = [];
      for (let cursor = await store.openCursor(all(from, to), 'prev'); cursor && found.length < (limit ?? Infinity);) {
        found.push(cursor.value as never);
        cursor = await cursor.continue();
      }
      return found;
    },
    put: async (table, key, value) => void (await writable(table).put(value, key as IDBValidKey)),
    delete: async (table, key) => await writable(table).delete(key as IDBValidKey),
    deleteRange: async (table, from, to) => await writable(table).delete(all(from, to)),
  };
};
