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
  readonly id: string;
  readonly #isAlone: boolean;
  readonly #channel: Channel;
  readonly #end = new AbortController();

  /**
   * @param isAlone for a tab whose store no other one has: it leads itself, and shares nothing with others but that the user signed out.
   * @param lead runs while this tab leads; the signal aborts when the chat is closed.
   */
  constructor(
    env: Env,
    name: string,
    isAlone: boolean,
    receive: (message: TabMessage) => void,
    lead: (signal: AbortSignal) => Promise<void>,
  ) {
    this.id = env.id();
    this.#isAlone = isAlone;
    this.#channel = env.channel(name, message => {
      const told = message as TabMessage;
      if (this.#isShared(told)) receive(told);
    });
    const { signal } = this.#end;
    env
      .lock(isAlone ? `${name} ${this.id}` : name, signal, async () => {
        if (signal.aborted) return;
        await lead(signal);
      })
      .catch(() => {
        // Closed while it waited for the lock.
      });
  }

  post(message: TabMessage): void {
    if (!this.#end.signal.aborted && this.#isShared(message)) this.#channel.post(message);
  }

  #isShared(message: TabMessage): boolean {
    return !this.#isAlone || message.kind === 'signedOut';
  }

  close(): void {
    this.post({ kind: 'screen', tab: this.id, conversations: [] });
    this.#end.abort();
    this.#channel.close();
  }
}
