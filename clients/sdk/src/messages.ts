import { type Batch, emptyLog, type LogRecord, type MessageRecord, type Mine, type Write } from './batch.js';
import { ChatError } from './error.js';
import type { Http } from './http.js';
import { add } from './ranges.js';
import { type Key, type Table, type Tx, under } from './store.js';
import type { Message, Quote, ReactionSummary, ShownMessage } from './types.js';

/** Where a message comes from: an answer says what the user did to it, an `own` one after they did; a push is the same for everyone. */
export type Source = 'answer' | 'own' | 'push';

/** A page of messages, which covers its range. */
export interface Page {
  readonly messages: readonly ShownMessage[];
  readonly fromSeq: number;
  readonly toSeq: number;
}

const sizeOf = (message: Message): number => 400 + 2 * message.text.length;

export async function findMessage(tx: Tx, conversationId: string, messageId: string): Promise<MessageRecord | undefined> {
  const seq = await tx.get<number>('ids', [conversationId, messageId]);
  return seq === undefined ? undefined : await tx.get<MessageRecord>('messages', [conversationId, seq]);
}

export const nothing = { ordinal: 0, kind: 'text', text: '', revision: 0, reactions: [] } as const;

/** Keeps a message, unless a newer version of it is kept; of one that isn't shown, in a thread or not, only its place. */
export async function putMessage(batch: Batch, conversationId: string, message: ShownMessage, source: Source, thread = ''): Promise<void> {
  const { tx } = batch;
  const { seq } = message;
  let known = await tx.get<MessageRecord>('messages', [conversationId, seq]);
  if (known?.isHidden) return;
  if ('hidden' in message) {
    const threadId = thread || known?.message.threadId;
    if (known) await deleteMessage(batch, known);
    const at = known?.message.at ?? '';
    const stub = { ...nothing, messageId: '', conversationId, seq, at, senderId: '', updatedSeq: seq, threadId };
    return await addMessage(batch, { seq, message: stub, isBlocked: true });
  }
  if (isExpired(message, batch.now)) return;
  if (known?.isBlocked) {
    // What is pushed is the same for everyone: only an answer says that it is shown again.
    if (source === 'push') return;
    await deleteMessage(batch, known);
    known = undefined;
  }
  const isAnswer = source !== 'push';
  const told = withoutMine(message);
  if (!known) return await addMessage(batch, { seq, message: told, mine: isAnswer ? newerMine(known, message) : undefined });
  const by = message.updatedSeq - known.message.updatedSeq;
  const isNewer = by > 0 || (!by && isAnswer);
  const { counts, reactions, poll } = known.message;
  // A channel's post has its reactions and votes as of a version of their own. What the user just did may not be in newer ones yet.
  const isBehind = counts && source !== 'own' && !(message.counts?.version! >= counts.version);
  await changeMessage(batch, known, {
    message: !isNewer ? known.message : isBehind && !message.unsentAt ? { ...told, counts, reactions, poll } : told,
    mine: isAnswer && !isBehind ? newerMine(known.mine, message) : known.mine,
    isStale: message.updatedSeq >= known.isStale! ? undefined : known.isStale,
  });
}

type Indexed = readonly [table: Table, key: Key, value: unknown];

/** Under what a message is found, besides its place. */
const keysOf = ({ conversationId, messageId, seq, threadId, replyTo, expiresAt }: Message): readonly Indexed[] =>
  (
    [
      ['ids', [conversationId, messageId], seq],
      ['threads', [conversationId, threadId, seq], seq],
      ['quotes', [conversationId, replyTo?.messageId, seq], seq],
      ['expiries', [expiresAt, conversationId, seq], { conversationId, seq }],
    ] as Indexed[]
  ).filter(([, key]) => key.every(Boolean));

async function addMessage(batch: Batch, record: MessageRecord): Promise<void> {
  const { message } = record;
  await changeMessage(batch, record, {});
  for (const [table, key, value] of keysOf(message)) await batch.tx.put(table, key, value);
  await resize(batch, message.conversationId, sizeOf(message));
}

async function resize(batch: Batch, conversationId: string, by: number): Promise<void> {
  const log = (await batch.log(conversationId)) ?? (by > 0 ? emptyLog(conversationId, batch.now) : undefined);
  if (log) await batch.putLog({ ...log, bytes: Math.max(0, log.bytes + by) });
}

/** Asks for the current version of a message, and keeps it. */
export async function fetchMessage(
  http: Http,
  ready: Promise<{ readonly write: Write }>,
  conversationId: string,
  messageId: string,
): Promise<void> {
  const { write } = await ready;
  const ask = () => http.ask('get', '/conversations/{conversationId}/messages/{messageId}', { path: { conversationId, messageId } });
  try {
    const message = (await http.insist(ask)) as ShownMessage;
    await write(batch => putMessage(batch, conversationId, message, 'answer'));
  } catch (error) {
    if (!(error instanceof ChatError)) throw error;
    if (error.code !== 'message_not_found') return;
    await write(async batch => {
      const record = await findMessage(batch.tx, conversationId, messageId);
      if (record) await deleteMessage(batch, record);
    });
  }
}

/** Changes a message that is kept, without a word of what the user did. */
export async function changeMessage(batch: Batch, record: MessageRecord, change: Partial<Omit<MessageRecord, 'seq'>>): Promise<void> {
  batch.logs.add(record.message.conversationId);
  await batch.tx.put('messages', [record.message.conversationId, record.seq], { ...record, ...change });
}

export async function deleteMessage(batch: Batch, { message, seq }: MessageRecord): Promise<void> {
  const { conversationId } = message;
  batch.logs.add(conversationId);
  await batch.tx.delete('messages', [conversationId, seq]);
  for (const [table, key] of keysOf(message)) await batch.tx.delete(table, key);
  await resize(batch, conversationId, -sizeOf(message));
}

/** Forgets what a message said and that it is one, for good. */
export async function hideMessage(batch: Batch, conversationId: string, messageId: string): Promise<void> {
  const record = await findMessage(batch.tx, conversationId, messageId);
  if (!record || record.isHidden) return;
  const { seq, at, ordinal, senderId, clientMessageId, kind, updatedSeq } = record.message;
  const message: Message = { ...nothing, messageId, conversationId, seq, at, ordinal, senderId, clientMessageId, kind, updatedSeq };
  await changeMessage(batch, { seq, message }, { isHidden: true });
}

/** Keeps a page: what it covers and doesn't list isn't a message. */
export async function mergePage(batch: Batch, conversationId: string, page: Page, thread = ''): Promise<void> {
  const listed = new Set(page.messages.map(({ seq }) => seq));
  if (page.fromSeq <= page.toSeq) {
    const kept = await messagesBetween(batch.tx, conversationId, thread, page.fromSeq, page.toSeq);
    for (const record of kept) if (!record.isHidden && !listed.has(record.seq)) await deleteMessage(batch, record);
  }
  for (const message of page.messages) await putMessage(batch, conversationId, message, 'answer', thread);
  const log = (await batch.log(conversationId, thread)) ?? emptyLog(conversationId, batch.now);
  await batch.putLog({ ...log, ranges: add(log.ranges, [page.fromSeq, page.toSeq]) }, thread);
}

/** What is kept of a conversation, or of a thread in it, ascending. Hidden ones are among them. */
export async function messagesBetween(tx: Tx, conversationId: string, thread: string, from: number, to: number): Promise<MessageRecord[]> {
  if (to < from) return [];
  if (!thread) return await tx.range<MessageRecord>('messages', [conversationId, from], [conversationId, to]);
  const seqs = await tx.range<number>('threads', [conversationId, thread, from], [conversationId, thread, to]);
  const records = await Promise.all(seqs.map(seq => tx.get<MessageRecord>('messages', [conversationId, seq])));
  return records.filter(record => record !== undefined);
}

/** Drops the messages of a conversation, and what is known of its log. */
export async function dropLog(batch: Batch, conversationId: string): Promise<void> {
  const { tx } = batch;
  batch.logs.add(conversationId);
  for (const { message, seq } of await tx.range<MessageRecord>('messages', ...under(conversationId)))
    if (message.expiresAt) await tx.delete('expiries', [message.expiresAt, conversationId, seq]);
  for (const table of ['messages', 'ids', 'threads', 'quotes', 'logs'] as const) await tx.deleteRange(table, ...under(conversationId));
}

/** Drops what is up to here: the user cleared it. What pages cover stays covered. */
export async function clearMessages(batch: Batch, conversationId: string, upTo: number): Promise<void> {
  for (const record of await messagesBetween(batch.tx, conversationId, '', 1, upTo)) await deleteMessage(batch, record);
}

/** Drops all messages whose time is over. Answers when the next one's is. */
export async function expireMessages(batch: Batch): Promise<number | undefined> {
  const now = new Date(batch.now).toISOString();
  const over = await batch.tx.range<{ conversationId: string; seq: number }>('expiries', [], [now, []] as never);
  for (const { conversationId, seq } of over) {
    const record = await batch.tx.get<MessageRecord>('messages', [conversationId, seq]);
    if (record) await deleteMessage(batch, record);
  }
  const next = await batch.tx.nth('expiries', [], [[]] as never, 1);
  return next && Date.parse(next[0] as string);
}

/** Makes room: drops the messages of those conversations that were looked at longest ago. */
export async function evict(batch: Batch, most: number, isOnScreen: (conversationId: string) => boolean): Promise<number> {
  const logs = (await batch.tx.range<LogRecord>('logs', ...under()))
    .filter(log => log.applied || log.bytes)
    .sort((a, b) => a.usedAt - b.usedAt);
  let bytes = logs.reduce((sum, log) => sum + log.bytes, 0);
  if (bytes <= most) return bytes;
  for (const log of logs) {
    if (bytes <= most * 0.9) break;
    if (isOnScreen(log.conversationId)) continue;
    await dropLog(batch, log.conversationId);
    bytes -= log.bytes;
  }
  return bytes;
}

export const isExpired = ({ expiresAt }: { readonly expiresAt?: string }, now: number): boolean =>
  !!expiresAt && Date.parse(expiresAt) <= now;

/** The message as an answer has it: with what the user did. */
export function withMine({ message, mine }: MessageRecord): Message {
  const { reactions, poll } = message;
  return {
    ...message,
    reactions: reactions.map(one => ({ ...one, mine: isMine(mine, one.key) })),
    ...(poll && {
      poll: { ...poll, options: poll.options.map((option, index) => ({ ...option, mine: !!mine?.votes?.options.includes(index) })) },
    }),
  };
}

export const isMine = (mine: Mine | undefined, key: string): boolean => mine?.later?.[key]?.is ?? !!mine?.keys.includes(key);

/** What the user's own reaction says of its key, as of its `seq`, even if the message is newer already. */
export function withOwnReaction(mine: Mine | undefined, key: string, is: boolean, seq: number): Mine {
  const before = mine ?? { asOf: 0, keys: [] };
  if (seq <= before.asOf || seq <= (before.later?.[key]?.asOf ?? 0)) return before;
  return { ...before, later: { ...before.later, [key]: { is, asOf: seq } } };
}

function newerMine(known: Mine | undefined, { updatedSeq, reactions, poll, counts }: Message): Mine {
  if (known && known.asOf > updatedSeq) return known;
  const later = Object.entries(known?.later ?? {}).filter(([, { asOf }]) => asOf > updatedSeq);
  const options = poll?.options.flatMap(({ mine }, index) => (mine ? [index] : [])) ?? [];
  const before = known?.votes;
  const isBefore = before && (before.asOf > updatedSeq || before.counted! >= counts?.version!);
  const votes = isBefore ? before : poll && { asOf: updatedSeq, options };
  return {
    asOf: updatedSeq,
    keys: reactions.filter(({ mine }) => mine).map(({ key }) => key),
    later: Object.fromEntries(later),
    votes,
  };
}

const withoutMine = (message: Message): Message => ({
  ...message,
  reactions: message.reactions.map(({ key, count, users }): ReactionSummary => ({ key, count, users })),
  ...(message.poll && { poll: { ...message.poll, options: message.poll.options.map(({ text, votes }) => ({ text, votes })) } }),
});

/** The beginning of a text, of at most 100 UTF-16 units, never cut within what people see as one character. */
export function previewOf(text: string): string {
  if (text.length <= 100) return text;
  let length = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (length + segment.length > 99) break;
    length += segment.length;
  }
  return `${text.slice(0, length)}…`;
}

export const quoteOf = ({ messageId, seq, senderId, text, expiresAt, unsentAt }: Message): Quote => ({
  messageId,
  seq,
  senderId,
  preview: expiresAt ? '' : previewOf(text),
  ...(unsentAt && { isUnsent: true }),
});
