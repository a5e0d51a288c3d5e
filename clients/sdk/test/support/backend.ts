import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationSummary, Message } from '../../src/index.js';
import { connectSignalR, type RealtimeOptions } from '../../src/signalr.js';
import { calm, type Tab, type Truth, World } from './world.js';

/** Time as it is. */
const clock: World['clock'] = {
  get now() {
    return Date.now();
  },
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
  pass: async milliseconds => await sleep(milliseconds),
  sleep: async milliseconds => await sleep(milliseconds),
  until: async (what, isSo, most = 180_000) => {
    const end = Date.now() + most;
    while (!isSo()) {
      if (Date.now() >= end) throw new Error(`It didn't come to be within ${most / 1000} s: ${what}.`);
      await sleep(50);
    }
  },
};

/** The same devices and the same failing network, with the real service behind it. */
export class Backend extends World {
  constructor(
    seed: number,
    private readonly baseUrl: string,
  ) {
    super(seed, clock);
  }

  override async token(user: string): Promise<string> {
    return ((await (await fetch(`${this.baseUrl}/local/token?user=${user}`)).json()) as { token: string }).token;
  }

  override request(url: string, init: RequestInit): Promise<Response> {
    const { signal: _, ...rest } = init;
    return fetch(url.replace('https://chat.example', this.baseUrl), rest);
  }

  override connect(_tab: Tab, options: RealtimeOptions): Promise<{ readonly stop: () => Promise<void> }> {
    return connectSignalR({ ...options, url: options.url.replace('https://chat.example', this.baseUrl) });
  }

  override async heal(): Promise<void> {
    this.chaos = calm;
    for (const tab of this.tabs) tab.setOnline(true);
    await clock.until('nothing waits', () =>
      this.tabs.every(({ chat }) => chat.outbox.getSnapshot().every(({ state }) => state === 'failed')),
    );
    await clock.pass(2000);
    for (const tab of this.tabs) tab.loseConnection();
    await clock.until('all are online', () => this.tabs.every(({ chat }) => chat.connection.getSnapshot().status === 'online'));
    await clock.pass(8000);
  }

  override get truth(): Truth {
    const ask = async (user: string, path: string) => {
      for (;;) {
        const response = await fetch(`${this.baseUrl}/api${path}`, { headers: { Authorization: `Bearer ${await this.token(user)}` } });
        if (response.ok) return (await response.json()) as Record<string, unknown>;
        if (response.status !== 503) throw new Error(`${path} answered ${response.status}.`);
        await sleep(300);
      }
    };
    const messages = async (user: string, id: string) => {
      const found: Message[] = [];
      for (let after = 0, hasMore = true; hasMore;) {
        const page = await ask(user, `/conversations/${id}/messages?limit=100&afterSeq=${after}`);
        found.push(...(page['messages'] as Message[]));
        [after, hasMore] = [page['toSeq'] as number, page['hasMore'] as boolean];
      }
      return found;
    };
    return {
      messages,
      // What one hid for themselves the others see.
      log: async id => {
        const users = [...new Set(this.tabs.map(({ user }) => user))];
        const all = (await Promise.all(users.map(user => messages(user, id)))).flat();
        return [...new Map(all.map(message => [message.messageId, message])).values()];
      },
      list: async user =>
        ((await ask(user, '/conversations?filter=all'))['conversations'] as ConversationSummary[]).map(one => ({
          conversationId: one.conversationId,
          unreadCount: one.unreadCount,
          lastSeq: one.lastMessage?.seq,
          preview: one.lastMessage?.preview,
          pinned: one.preferences.pinned,
        })),
    };
  }
}
