import { connectSignalR, type Connect } from './signalr.js';

export interface Channel {
  post(message: unknown): void;
  close(): void;
}

/** What the client needs of the world around it; tests bring another one. */
export interface Env {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly connect: Connect;
  readonly now: () => number;
  readonly random: () => number;
  readonly id: () => string;
  /** Runs something later; returns what prevents it. */
  readonly after: (milliseconds: number, run: () => void) => () => void;
  /** Holds the lock of this name, which one tab at a time has, until `held` settles or the tab is gone. */
  readonly lock: (name: string, signal: AbortSignal, held: () => Promise<void>) => Promise<void>;
  readonly channel: (name: string, receive: (message: unknown) => void) => Channel;
  readonly databases: IDBFactory | undefined;
  readonly isOnline: () => boolean;
  readonly isVisible: () => boolean;
  readonly isFocused: () => boolean;
  /** Calls back when one of the three may have changed. */
  readonly onChange: (changed: () => void) => () => void;
}

const targets: readonly (readonly [EventTarget | undefined, readonly string[]])[] = [
  [globalThis.window, ['online', 'offline', 'focus', 'blur', 'pageshow']],
  [globalThis.document, ['visibilitychange']],
];

/** A browser, or Node. Without Web Locks or BroadcastChannel each tab is on its own. */
export const surroundings: Env = {
  fetch: (url, init) => fetch(url, init),
  connect: connectSignalR,
  now: () => Date.now(),
  random: () => Math.random(),
  id: () => Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join(''),
  after: (milliseconds, run) => {
    const timer = setTimeout(run, Math.min(milliseconds, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  },
  lock: async (name, signal, held) => {
    if (globalThis.navigator?.locks) await navigator.locks.request(name, { signal }, held);
    else await held();
  },
  channel: (name, receive) => {
    if (!globalThis.BroadcastChannel || !globalThis.document) return { post: () => {}, close: () => {} };
    const channel = new BroadcastChannel(name);
    channel.onmessage = ({ data }) => receive(data);
    return { post: message => channel.postMessage(message), close: () => channel.close() };
  },
  databases: globalThis.indexedDB,
  isOnline: () => globalThis.navigator?.onLine ?? true,
  isVisible: () => !globalThis.document || document.visibilityState === 'visible',
  isFocused: () => !globalThis.document || document.hasFocus(),
  onChange: changed => {
    for (const [target, names] of targets) for (const name of names) target?.addEventListener(name, changed);
    return () => {
      for (const [target, names] of targets) for (const name of names) target?.removeEventListener(name, changed);
    };
  },
};

/** Full jitter: between nothing and twice as much with each failure. */
export const backoff = (env: Env, failures: number, first: number, most: number): number =>
  env.random() * Math.min(most, first * 2 ** failures);

export const pause = (env: Env, milliseconds: number, signal?: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    if (signal?.aborted) return resolve();
    const done = () => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = env.after(milliseconds, done);
    signal?.addEventListener('abort', done);
  });
