import { type Batch, emptyLog, type LogRecord, type MessageRecord } from './batch.js';
import {
  changeMessage,
  dropLog,
  findMessage,
  type Page,
  putMessage,
  quoteOf,
  type Source,
  withOwnReaction,
  mergePage,
} from './messages.js';
import { add } from './ranges.js';
import type { ChatEvent, HiddenMessage, Message, ReactionSummary } from './types.js';

/** An entry of a conversation's log. */
export type LogEvent = Extract<ChatEvent, { readonly seq: number }>;

export const isLogEvent = (event: ChatEvent): event is LogEvent => 'seq' in event;

/** What stands in the log for a message of somebody whom the user blocks. */
export function stubOf(event: LogEvent): HiddenMessage | undefined {
  const data = event.data as object;
  const shown = 'message' in data ? (data.message as object | undefined) : data;
  return shown && 'hidden' in shown && 'seq' in shown ? (shown as HiddenMessage) : undefined;
}

/** Applies the next entry of a log, whose predecessors are all applied. Answers whether the log begins again with it. */
async function applyEvent(batch: Batch, event: LogEvent, source: Source): Promise<boolean> {
  const { conversationId, seq, at } = event;
  const stub = stubOf(event);
  if (stub) {
    await putMessage(batch, conversationId, stub, source);
    return false;
  }
  switch (event.type) {
    case 'message.created':
      await putMessage(batch, conversationId, event.data, source);
      await raiseThread(batch, event.data);
      break;
    case 'message.updated':
      if (event.data.message) await putMessage(batch, conversationId, event.data.message, source);
      else await noteStale(batch, conversationId, event.data.messageId, seq);
      await changeQuotes(batch, conversationId, event.data.messageId, event.data.message);
      break;
    case 'message.deleted': {
      const { messageId, by, reason } = event.data;
      await change(batch, conversationId, messageId, seq, message => unsent(message, at, by, reason));
      await changeQuotes(batch, conversationId, messageId, 'unsent');
      break;
    }
    case 'reaction.added':
    case 'reaction.removed': {
      const { messageId, key, by } = event.data;
      const isAdded = event.type === 'reaction.added';
      const edit = isAdded ? withReaction : withoutReaction;
      await change(batch, conversationId, messageId, seq, message => ({ ...message, reactions: edit(message.reactions, key, by) }));
      const record = by === batch.me ? await findMessage(batch.tx, conversationId, messageId) : undefined;
      if (record) await changeMessage(batch, record, { mine: withOwnReaction(record.mine, key, isAdded, seq) });
      break;
    }
    case 'member.joined':
      if (!event.data.members.some(({ userId }) => userId === batch.me)) break;
      // What they see from now on isn't what they saw.
      await dropLog(batch, conversationId);
      await batch.putLog({ ...emptyLog(conversationId, batch.now), applied: seq });
      return true;
  }
  return false;
}

/**
 * Applies what follows without a gap, and answers what doesn't. Messages beyond a gap are kept at once, so that they show; what changes a
 * message waits for its turn.
 */
export async function applyEvents(batch: Batch, log: LogRecord, events: readonly LogEvent[], source: Source): Promise<readonly LogEvent[]> {
  const waiting = events.filter(({ seq }) => seq > log.applied).sort((one, other) => one.seq - other.seq);
  let { applied } = log;
  let from = applied;
  const beyond: LogEvent[] = [];
  for (const event of waiting) {
    if (event.seq === applied + 1) {
      if (await applyEvent(batch, event, source)) from = event.seq;
      applied = event.seq;
    } else if (event.seq > applied) {
      if (event.type === 'message.created') await putMessage(batch, log.conversationId, event.data, source);
      beyond.push(event);
    }
  }
  await raise(batch, log.conversationId, from, applied);
  return beyond;
}

/** A page of the log, which covers its range: entries in it that aren't listed are gone. */
export interface EventPage {
  readonly events: readonly LogEvent[];
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly hasMore: boolean;
}

/** Applies a page that follows what was applied. Part of it may have come by itself meanwhile. */
export async function applyEventPage(batch: Batch, conversationId: string, page: EventPage): Promise<void> {
  const log = await batch.log(conversationId);
  if (!log || page.fromSeq > log.applied + 1) return;
  let from = log.applied;
  for (const event of page.events) if (event.seq > log.applied && (await applyEvent(batch, event, 'answer'))) from = event.seq;
  await raise(batch, conversationId, from, page.toSeq);
}

/** Starts a log with its newest messages, or starts it again where the way there is too long. */
export async function beginLog(batch: Batch, conversationId: string, page: Page): Promise<void> {
  const known = await batch.log(conversationId);
  if (known?.applied && known.applied >= page.fromSeq - 1) return await mergePage(batch, conversationId, page);
  // What happened between isn't known: what is kept from before may be outdated, and is asked for again when it is looked at.
  await batch.putLog({ ...(known ?? emptyLog(conversationId, batch.now)), applied: page.toSeq, ranges: [] });
  const threads = [[conversationId, '\u0001'], [conversationId, []] as never] as const;
  if ((await batch.tx.range<LogRecord>('logs', ...threads)).length) await batch.tx.deleteRange('logs', ...threads);
  await mergePage(batch, conversationId, page);
}

async function raise(batch: Batch, conversationId: string, from: number, to: number): Promise<void> {
  if (to <= from) return;
  // Read again: what was applied may have changed it.
  const log = await batch.log(conversationId);
  if (log) await batch.putLog({ ...log, applied: Math.max(log.applied, to), ranges: add(log.ranges, [from + 1, to]) });
}

async function change(
  batch: Batch,
  conversationId: string,
  messageId: string,
  seq: number,
  make: (message: Message) => Message,
): Promise<void> {
  const record = await findMessage(batch.tx, conversationId, messageId);
  if (!record || record.message.updatedSeq >= seq) return;
  await changeMessage(batch, record, { message: { ...make(record.message), updatedSeq: seq } });
}

async function noteStale(batch: Batch, conversationId: string, messageId: string, seq: number): Promise<void> {
  const record = await findMessage(batch.tx, conversationId, messageId);
  if (!record || record.message.updatedSeq >= seq) return;
  await changeMessage(batch, record, { isStale: seq });
  batch.stale.push([conversationId, messageId]);
}

/** A thread's root says what its newest reply is. */
async function raiseThread(batch: Batch, { conversationId, threadId, threadOrdinal, at, seq }: Message): Promise<void> {
  if (!threadId || !threadOrdinal) return;
  const thread = { count: threadOrdinal, lastAt: at, lastSeq: seq };
  await change(batch, conversationId, threadId, seq, root => ({ ...root, thread }));
}

/** Messages that quote one say what it says now. */
async function changeQuotes(batch: Batch, conversationId: string, messageId: string, now: Message | 'unsent' | undefined): Promise<void> {
  const seqs = await batch.tx.range<number>('quotes', [conversationId, messageId], [conversationId, messageId, []] as never);
  for (const seq of seqs) {
    const record = await batch.tx.get<MessageRecord>('messages', [conversationId, seq]);
    const quote = record?.message.replyTo;
    if (!record || quote?.messageId !== messageId) continue;
    if (!now) batch.stale.push([conversationId, record.message.messageId]);
    // Who doesn't see what is quoted has its id alone.
    if (!now || quote.seq === undefined) continue;
    const replyTo = now === 'unsent' ? { ...quote, preview: '', isUnsent: true as const } : quoteOf(now);
    await changeMessage(batch, record, { message: { ...record.message, replyTo } });
  }
}

export function unsent<T extends Message>(message: T, at: string, by: string | undefined, reason?: 'moderator' | 'erasure'): T {
  const { editedAt, replyTo, mentions, mentionsAll, poll, held, attachments, cards, location, sticker, linkPreview, ...rest } = message;
  return {
    ...rest,
    text: '',
    reactions: [],
    revision: 0,
    unsentAt: at,
    ...(by && { unsentBy: by }),
    ...(reason && { unsentReason: reason }),
  } as unknown as T;
}

export function withReaction(all: readonly ReactionSummary[], key: string, by: string): readonly ReactionSummary[] {
  const known = all.find(one => one.key === key);
  if (!known) return [...all, { key, count: 1, users: [by] }];
  const users = known.users.length < 5 && !known.users.includes(by) ? [...known.users, by] : known.users;
  return all.map(one => (one === known ? { ...one, count: one.count + 1, users } : one));
}

export function withoutReaction(all: readonly ReactionSummary[], key: string, by: string): readonly ReactionSummary[] {
  return all
    .map(one => (one.key === key ? { ...one, count: one.count - 1, users: one.users.filter(user => user !== by) } : one))
    .filter(one => one.count > 0);
}
