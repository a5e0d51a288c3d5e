/**
 * A value that changes. `useSyncExternalStore(o.subscribe, o.getSnapshot)` takes it as it is: both are bound, and a snapshot is the same
 * object until something in it changes. What has to be fetched or polled is, while somebody subscribes.
 */
export interface Observable<T> {
  readonly getSnapshot: () => T;
  /** Calls back after each change, at most once per 50 ms for what others do. Returns what ends it. */
  readonly subscribe: (changed: () => void) => () => void;
}

/** Waits until the value is as wanted, and subscribes meanwhile. Rejects when the signal aborts. */
export function until<T, S extends T>(source: Observable<T>, isWanted: (value: T) => value is S, signal?: AbortSignal): Promise<S>;
export function until<T>(source: Observable<T>, isWanted: (value: T) => boolean, signal?: AbortSignal): Promise<T>;
export function until<T>(source: Observable<T>, isWanted: (value: T) => boolean, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let end = () => {};
    const look = () => {
      const value = source.getSnapshot();
      if (!isWanted(value)) return;
      end();
      resolve(value);
    };
    const aborted = () => {
      end();
      reject(signal!.reason);
    };
    if (signal?.aborted) return aborted();
    const unsubscribe = source.subscribe(look);
    end = () => {
      unsubscribe();
      signal?.removeEventListener('abort', aborted);
    };
    signal?.addEventListener('abort', aborted);
    look();
  });
}
