import { backoff, type Env } from './env.js';
import { ChatError } from './error.js';
import type { Http } from './http.js';
import type { ChatEvent } from './types.js';

/** How long a connection has to last for the next one to be made without delay, in ms. */
const goodAfter = 30_000;

export interface ConnectionListener {
  readonly events: (events: readonly ChatEvent[]) => void;
  /** There is a connection, and pushes from before it are lost. */
  readonly opened: () => void;
  /** There is none. */
  readonly waits: (status: 'connecting' | 'offline', error?: ChatError) => void;
}

/** Keeps a connection until the signal aborts: makes another one when it is lost, with backoff, and none while the device is offline. */
export async function keepConnected(env: Env, http: Http, signal: AbortSignal, listener: ConnectionListener): Promise<void> {
  let wake = () => {};
  let lose = () => {};
  const unlisten = env.onChange(() => (env.isOnline() ? wake() : lose()));
  const aborted = () => {
    wake();
    lose();
  };
  signal.addEventListener('abort', aborted);
  for (let failures = 0; !signal.aborted; ) {
    if (!env.isOnline()) {
      listener.waits('offline');
      await new Promise<void>(resolve => (wake = resolve));
      continue;
    }
    listener.waits('connecting');
    const lost = new Promise<void>(resolve => (lose = resolve));
    try {
      const connection = await connect(env, http, listener.events, lose);
      if (!signal.aborted && env.isOnline()) {
        const openedAt = env.now();
        listener.opened();
        await lost;
        // One that is lost at once again isn't a success: others come back at the same time.
        if (env.now() - openedAt >= goodAfter) failures = 0;
      }
      connection.end();
    } catch (error) {
      const known = error instanceof ChatError ? error : new ChatError({ code: 'unreachable', title: 'The connection failed.' });
      listener.waits('offline', known);
    }
    if (signal.aborted || !env.isOnline()) continue;
    const wait = backoff(env, ++failures, 500, 30_000);
    await new Promise<void>(resolve => {
      const cancel = env.after(wait, resolve);
      wake = () => {
        cancel();
        resolve();
      };
    });
  }
  unlisten();
  signal.removeEventListener('abort', aborted);
}

/** Connects, and again with a new token before the one in use expires: the connection before ends when there is another one. */
async function connect(
  env: Env,
  http: Http,
  events: (events: readonly ChatEvent[]) => void,
  lost: () => void,
): Promise<{ readonly end: () => void }> {
  let current: { readonly stop: () => Promise<void> } | undefined;
  let isEnded = false;
  let cancelRenewal = () => {};
  const end = (one: typeof current) => void one?.stop().catch(() => {});

  const open = async () => {
    const token = await http.token();
    let isClosed = false;
    let connection: typeof current;
    const closed = () => {
      isClosed = true;
      if (connection && current === connection) lost();
    };
    try {
      connection = await env.connect({ url: http.realtimeUrl, token: async () => (await http.token()).text, events, closed });
    } catch (error) {
      // The status is in the message alone.
      if (String(error).includes('401')) http.discard(token);
      throw error;
    }
    if (isClosed) throw new ChatError({ code: 'unreachable', title: 'The connection failed.' });
    if (isEnded) return end(connection);
    const before = current;
    current = connection;
    end(before);
    // A minute before the end of a long life, after half of a short one.
    const left = token.expiresAt - env.now();
    if (left === Infinity) return;
    cancelRenewal = env.after(Math.max(left - 60_000, left / 2, 5000), () => {
      http.discard(token);
      open().catch(() => {
        // The connection in use lasts as long as its token; then it is lost.
      });
    });
  };

  await open();
  return {
    end: () => {
      isEnded = true;
      cancelRenewal();
      const last = current;
      current = undefined;
      end(last);
    },
  };
}
