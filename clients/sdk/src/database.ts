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
  const database = await answerOf(request);
  // A newer version of the app in another tab waits for this one to let go.
  database.onversionchange = lost;
  database.onclose = lost;
  return new Database(database);
}

/** Resolves once no tab has it open any more. */
export const deleteDatabase = async (factory: IDBFactory, name: string): Promise<void> =>
  void (await answerOf(factory.deleteDatabase(name)));

class Database implements Engine {
  constructor(private readonly database: IDBDatabase) {}

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#run('readonly', work);
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.#run('readwrite', work);
  }

  async #run<T>(mode: IDBTransactionMode, work: (tx: Tx) => Promise<T>): Promise<T> {
    const transaction = this.database.transaction(tables, mode);
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error ?? new DOMException('', 'AbortError'));
    });
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
    // What was read is right at once; only what was written may still be lost.
    if (mode === 'readwrite') await done;
    return result;
  }

  close(): void {
    this.database.close();
  }
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const within = (transaction: IDBTransaction): Tx => {
  const at = (table: Table) => transaction.objectStore(table);
  const all = (from: Key, to: Key) => IDBKeyRange.bound(from, to);
  return {
    get: async (table, key) => await answerOf(at(table).get(key as IDBValidKey)),
    range: async <T>(table: Table, from: Key, to: Key) => await answerOf<T[]>(at(table).getAll(all(from, to))),
    nth: async (table, from, to, n, isFromLast) => {
      const request = at(table).openKeyCursor(all(from, to), isFromLast ? 'prev' : 'next');
      let cursor = await answerOf(request);
      if (n > 1) {
        cursor?.advance(n - 1);
        cursor &&= await answerOf(request);
      }
      return cursor?.key as Key | undefined;
    },
    put: async (table, key, value) => void (await answerOf(at(table).put(value, key as IDBValidKey))),
    delete: async (table, key) => await answerOf(at(table).delete(key as IDBValidKey)),
    deleteRange: async (table, from, to) => await answerOf(at(table).delete(all(from, to))),
  };
};
