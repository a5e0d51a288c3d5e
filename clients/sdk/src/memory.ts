import { tables, type Engine, type Key, type Part, type Table, type Tx } from './store.js';

type Value = { readonly key: Key; readonly value: unknown };

/** IndexedDB's order, as far as keys here need it: numbers, strings, arrays. */
function compare(one: Key | Part, other: Key | Part): number {
  const rank = (value: Key | Part) => (typeof value === 'number' ? 0 : typeof value === 'string' ? 1 : 2);
  if (rank(one) !== rank(other)) return rank(one) - rank(other);
  if (typeof one !== 'object' || typeof other !== 'object') return one < other ? -1 : one > other ? 1 : 0;
  for (let index = 0; index < Math.min(one.length, other.length); index++) {
    const order = compare(one[index]!, other[index]!);
    if (order) return order;
  }
  return one.length - other.length;
}

/** The same as the database, in memory and for this tab alone. */
export class Memory implements Engine {
  readonly #tables = new Map<Table, Value[]>(tables.map(table => [table, []]));
  #last: Promise<unknown> = Promise.resolve();

  read<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    const result = this.#last.then(() => work(this.#tx([])));
    this.#last = result.catch(() => {});
    return result;
  }

  write<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return this.read(async () => {
      const undo: (() => void)[] = [];
      try {
        return await work(this.#tx(undo));
      } catch (error) {
        for (const step of undo.reverse()) step();
        throw error;
      }
    });
  }

  close(): void {}

  /** Where the key is, or belongs. */
  #place(values: readonly Value[], key: Key): number {
    let [low, high] = [0, values.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(values[middle]!.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #splice(table: Table, undo: (() => void)[], place: number, count: number, ...added: Value[]): void {
    const values = this.#tables.get(table)!;
    const removed = values.splice(place, count, ...added);
    undo.push(() => void values.splice(place, added.length, ...removed));
  }

  #tx(undo: (() => void)[]): Tx {
    const find = (table: Table, key: Key) => {
      const values = this.#tables.get(table)!;
      const place = this.#place(values, key);
      const found = values[place];
      return { place, found: found && compare(found.key, key) === 0 ? found : undefined };
    };
    const span = (table: Table, from: Key, to: Key) => {
      const values = this.#tables.get(table)!;
      const first = this.#place(values, from);
      let end = this.#place(values, to);
      if (values[end] && compare(values[end]!.key, to) === 0) end++;
      return { values, first, end: Math.max(first, end) };
    };
    return {
      get: async <T>(table: Table, key: Key) => find(table, key).found?.value as T | undefined,
      range: async <T>(table: Table, from: Key, to: Key) => {
        const { values, first, end } = span(table, from, to);
        return values.slice(first, end).map(({ value }) => value as T);
      },
      nth: async (table, from, to, n, isFromLast) => {
        const { values, first, end } = span(table, from, to);
        return values.slice(first, end).at(isFromLast ? -n : n - 1)?.key;
      },
      put: async (table, key, value) => {
        const { place, found } = find(table, key);
        this.#splice(table, undo, place, found ? 1 : 0, { key, value });
      },
      delete: async (table, key) => {
        const { place, found } = find(table, key);
        if (found) this.#splice(table, undo, place, 1);
      },
      deleteRange: async (table, from, to) => {
        const { first, end } = span(table, from, to);
        this.#splice(table, undo, first, end - first);
      },
    };
  }
}
