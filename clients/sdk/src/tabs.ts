import type { Channel, Env } from './env.js';
import type { ConnectionState, ChatEvent } from './types.js';

/** What one tab tells the others of the same user. */
export type TabMessage =
  /** What changed in the store, to be read again. */
  | {
      readonly kind: 'touched';
      readonly conversations: readonly string[];
      readonly logs: readonly string[];
      readonly outbox: boolean;
      readonly reset: boolean;
    }
  | { readonly kind: 'events'; readonly events: readonly ChatEvent[] }
  /** What is on a tab's screen, to the leader. */
  | { readonly kind: 'screen'; readonly tab: string; readonly conversations: readonly string[] }
  /** The leader's connection. It is told when it changes, and to whoever asks. */
  | { readonly kind: 'connection'; readonly state: ConnectionState; readonly isNew: boolean }
  /** There is something to do for the leader: in the outbox, or to sync. */
  | { readonly kind: 'wake'; readonly sync: boolean }
  | { readonly kind: 'signedOut' };

/** All tabs of a user on this device: one of them leads, as long as it lives. */
export class Tabs {
  isLeader = false;
  readonly id: string;
  readonly #channel: Channel;
  readonly #end = new AbortController();

  /** @param lead runs while this tab leads; the signal aborts when the chat is closed. */
  constructor(env: Env, name: string, receive: (message: TabMessage) => void, lead: (signal: AbortSignal) => Promise<void>) {
    this.id = env.id();
    this.#channel = env.channel(name, message => receive(message as TabMessage));
    const { signal } = this.#end;
    env
      .lock(name, signal, async () => {
        if (signal.aborted) return;
        this.isLeader = true;
        await lead(signal);
      })
      .catch(() => {
        // Closed while it waited for the lock.
      });
  }

  post(message: TabMessage): void {
    if (!this.#end.signal.aborted) this.#channel.post(message);
  }

  close(): void {
    this.post({ kind: 'screen', tab: this.id, conversations: [] });
    this.isLeader = false;
    this.#end.abort();
    this.#channel.close();
  }
}
