import type { Batch, Write } from './batch.js';
import { applyCleared, applyMarkedUnread, applyPreferences, applyRead } from './list.js';
import { backoff, type Env } from './env.js';
import { ChatError, type Problem } from './error.js';
import type { Http } from './http.js';
import { hideMessage, putMessage } from './messages.js';
import { allItems, deleteItem, laneOf, type Named, type OutboxRecord, putItem } from './outbox.js';
import type { Message, Preferences, ShownMessage } from './types.js';

const lifetime = 7 * 24 * 3600_000;
const memory = 60_000;
const batchMessages = 50;
const batchBytes = 48_000;

type SendItem = Extract<OutboxRecord, { readonly kind: 'send' }>;
type Result = { readonly status: number; readonly message?: Message; readonly problem?: Problem };

interface Lane {
  wake: () => void;
  /** Whether something came since it last looked. */
  hasMore: boolean;
}

/** Does what waits in the outbox, for the tab that leads. Each conversation's messages go one after the other. */
export class Sender {
  readonly #lanes = new Map<string, Lane>();
  #isStopped = false;

  constructor(
    private readonly env: Env,
    private readonly http: Http,
    private readonly write: Write,
  ) {}

  /** Takes over: what was on its way when the tab before went may be stored. */
  async start(): Promise<void> {
    await this.write(async batch => {
      for (const item of await allItems(batch.tx))
        if (item.state === 'sending') await putItem(batch, { ...item, state: 'queued', isAttempted: true });
    });
    await this.run();
  }

  stop(): void {
    this.#isStopped = true;
    for (const lane of this.#lanes.values()) lane.wake();
  }

  /** Tries now whatever waits, also to be tried again. */
  async run(): Promise<void> {
    const lanes = await this.write(async batch => {
      const items = await allItems(batch.tx);
      await this.#sweep(batch, items);
      return new Set(items.filter(({ state }) => state === 'queued').map(laneOf));
    });
    for (const lane of this.#lanes.values()) {
      lane.hasMore = true;
      lane.wake();
    }
    for (const lane of lanes) if (!this.#lanes.has(lane)) void this.#drain(lane);
  }

  async #sweep(batch: Batch, items: readonly OutboxRecord[]): Promise<void> {
    for (const item of items) {
      const age = batch.now - (item.doneAt ?? item.queuedAt);
      if ((item.state === 'sent' && age > memory) || (item.state === 'cancelled' && age > lifetime)) await deleteItem(batch, item);
      else if (item.state === 'queued' && age > lifetime)
        await failed(batch, item, new ChatError({ code: 'expired', title: 'It waited for 7 days.' }));
    }
  }

  async #drain(name: string): Promise<void> {
    const lane: Lane = { wake: () => {}, hasMore: true };
    this.#lanes.set(name, lane);
    try {
      for (let failures = 0; !this.#isStopped;) {
        lane.hasMore = false;
        const items = this.env.isOnline() ? await this.#take(name) : [];
        if (!items.length) {
          if (lane.hasMore && this.env.isOnline()) continue;
          break;
        }
        try {
          await this.#perform(items);
          failures = 0;
        } catch (error) {
          if (this.#isStopped) break;
          // Whatever it is, it may be done, and may go better later.
          const known = error instanceof ChatError ? error : new ChatError({ code: 'unreachable' });
          if (known !== error) console.error(error);
          if (!(await this.#refused(items, known)))
            await this.#pause(lane, known.retryAfter * 1000, backoff(this.env, ++failures, 500, 30_000));
        }
      }
    } catch (error) {
      console.error(error);
      this.env.after(30_000, () => this.#isStopped || void this.start());
    } finally {
      this.#lanes.delete(name);
    }
  }

  /** Waits at least as long as the service said, and beyond that until there is a reason to try. */
  async #pause(lane: Lane, atLeast: number, atMost: number): Promise<void> {
    await new Promise<void>(resolve => {
      const cancel = this.env.after(Math.max(atLeast, atMost), resolve);
      lane.wake = () => {
        if (atLeast && !this.#isStopped) return;
        cancel();
        resolve();
      };
    });
    lane.wake = () => {};
  }

  /** What is next: up to 50 messages that fit into one request, or one thing of another kind. From now on it can't be changed. */
  async #take(lane: string): Promise<readonly OutboxRecord[]> {
    return await this.write(async batch => {
      const items = (await allItems(batch.tx)).filter(
        item => item.state === 'queued' && laneOf(item) === lane && (!item.attachments || (item as SendItem).content.attachments),
      );
      const taken: OutboxRecord[] = [];
      let bytes = 0;
      for (const item of items) {
        if (taken.length && (item.kind !== 'send' || item.isAlone || taken[0]!.isAlone || taken.length === batchMessages)) break;
        bytes += item.kind === 'send' ? 3 * JSON.stringify(item.content).length + 100 : 0;
        if (taken.length && bytes > batchBytes) break;
        taken.push(item);
      }
      for (const item of taken) await putItem(batch, { ...item, state: 'sending' });
      return taken;
    });
  }

  /** Answers whether to go on at once: it is final, and what follows isn't concerned. */
  async #refused(items: readonly OutboxRecord[], error: ChatError): Promise<boolean> {
    return await this.write(async batch => {
      for (const item of await this.#still(batch, items)) {
        // One of them is why all were refused: each by itself shows which.
        if (!error.isTransient && items.length > 1) await putItem(batch, { ...item, state: 'queued', isAlone: true });
        else await failed(batch, item, error);
      }
      return !error.isTransient;
    });
  }

  /** Those of them that nobody finished meanwhile. */
  async #still(batch: Batch, items: readonly OutboxRecord[]): Promise<readonly OutboxRecord[]> {
    const ids = new Set(items.map(({ id }) => id));
    return (await allItems(batch.tx)).filter(item => ids.has(item.id) && item.state === 'sending');
  }

  async #perform(items: readonly OutboxRecord[]): Promise<void> {
    const [item] = items;
    if (item!.kind === 'send') return await this.#send(items as readonly SendItem[]);
    const answer = await this.#ask(item!);
    await this.write(async batch => {
      await this.#applied(batch, item!, answer);
      await deleteItem(batch, item!);
    });
  }

  async #send(items: readonly SendItem[]): Promise<void> {
    const path = { conversationId: items[0]!.conversationId };
    const messages = items.map(({ clientMessageId, content }) => ({ clientMessageId, ...content }));
    const isOne = messages.length === 1;
    const body = isOne ? messages[0] : { messages };
    const answer = await this.http.ask('post', `/conversations/{conversationId}/messages${isOne ? '' : '/batch'}`, { path, body });
    const results = isOne ? [{ status: 200, message: answer as Message } as Result] : (answer as { results: readonly Result[] }).results;
    const unclear = await this.write(async batch => {
      let first: ChatError | undefined;
      for (const [index, { message, problem, status }] of results.entries()) {
        const [item] = await this.#still(batch, [items[index]!]);
        if (message) {
          await putMessage(batch, path.conversationId, message, 'answer');
          if (item) await sent(batch, item, message);
          continue;
        }
        const error = new ChatError({ ...problem!, status });
        if (error.isTransient) first ??= error;
        if (item) await failed(batch, item, error);
      }
      return first;
    });
    if (unclear) throw unclear;
  }

  #ask(item: Exclude<OutboxRecord, SendItem>): Promise<unknown> {
    const { conversationId, messageId, key } = item as Named;
    const path = { conversationId, messageId, key };
    const conversation = '/conversations/{conversationId}';
    const message = `${conversation}/messages/{messageId}`;
    switch (item.kind) {
      case 'edit':
        return this.http.ask('patch', message, { path, body: { text: item.text, ...(item.mentions && { mentions: item.mentions }) } });
      case 'unsend':
        return this.http.ask('delete', message, { path });
      case 'hide':
        return this.http.ask('delete', message, { path, query: { scope: 'me' } });
      case 'react':
        return this.http.ask(item.isWanted ? 'put' : 'delete', `${message}/reactions/{key}`, { path });
      case 'vote':
        return this.http.ask('put', `${message}/vote`, { path, body: { options: item.options } });
      case 'read':
        return this.http.ask('put', `${conversation}/read`, { path, body: { seq: item.seq } });
      case 'clear':
        return this.http.ask('post', `${conversation}/clear`, { path, body: { seq: item.seq } });
      case 'unread':
        return this.http.ask('post', `${conversation}/unread`, { path });
      case 'preferences':
        return this.http.ask('patch', `${conversation}/preferences`, { path, body: item.change });
    }
  }

  /** Does here what the service has done, so that nothing jumps back until its event comes. */
  async #applied(batch: Batch, item: Exclude<OutboxRecord, SendItem>, answer: unknown): Promise<void> {
    const { conversationId } = item;
    switch (item.kind) {
      case 'hide':
        return await hideMessage(batch, conversationId, item.messageId);
      case 'read':
        return await applyRead(batch, conversationId, item.seq);
      case 'clear':
        return await applyCleared(batch, conversationId, item.seq);
      case 'unread':
        return await applyMarkedUnread(batch, conversationId);
      case 'preferences':
        return await applyPreferences(batch, conversationId, answer as Preferences & { version: number });
      default:
        return await putMessage(batch, conversationId, answer as ShownMessage, 'own');
    }
  }
}

/** A message is stored: it stays in the outbox a while, for tabs that wait for it. */
export async function sent(batch: Batch, item: OutboxRecord, message: Message): Promise<void> {
  await putItem(batch, { ...item, state: 'sent', message, doneAt: batch.now, error: undefined, attachments: undefined });
  const { messageId, conversationId } = message;
  const wish =
    item.state === 'cancelled'
      ? ({ kind: 'unsend', messageId } as const)
      : item.newText !== undefined && ({ kind: 'edit', messageId, text: item.newText, mentions: item.newMentions } as const);
  if (!wish) return;
  batch.hasFollowers = true;
  await putItem(batch, { ...wish, id: `${item.id}+`, order: item.order + 0.5, conversationId, queuedAt: batch.now, state: 'queued' });
}

/** Own messages came by themselves: whatever became of the attempts to send them, they are stored. */
export async function noteSent(batch: Batch, messages: readonly ShownMessage[]): Promise<void> {
  const own = (messages as readonly Message[]).filter(({ senderId }) => senderId === batch.me);
  if (!own.length) return;
  const ids = new Map(own.map(message => [`${message.conversationId} ${message.clientMessageId}`, message]));
  for (const item of await allItems(batch.tx)) {
    const message = item.kind === 'send' && item.state !== 'sent' ? ids.get(`${item.conversationId} ${item.clientMessageId}`) : undefined;
    if (message) await sent(batch, item, message);
  }
}

/** What may succeed later waits for that; what is refused waits for the user, if they see it, and is forgotten if they don't. */
async function failed(batch: Batch, item: OutboxRecord, error: ChatError): Promise<void> {
  if (error.isTransient) return await putItem(batch, { ...item, state: 'queued', isAttempted: item.isAttempted || error.isAmbiguous });
  if (['read', 'unread', 'clear'].includes(item.kind)) return await deleteItem(batch, item);
  const { attachments, refusals = 0, content } = item as SendItem;
  // Uploads end after a day. Once they begin anew by themselves; after that the user decides.
  const isRefused = attachments && error.code.startsWith('media_');
  await putItem(batch, {
    ...item,
    isAttempted: false,
    ...(isRefused && { refusals: refusals + 1, content: { ...content, attachments: undefined } }),
    ...(isRefused && !refusals ? { state: 'queued' } : { state: 'failed', error: error.toJSON() }),
  } as OutboxRecord);
}
