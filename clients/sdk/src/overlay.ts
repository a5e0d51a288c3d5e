import { unsent, withoutReaction, withReaction } from './apply.js';
import type { MessageRecord } from './batch.js';
import { ChatError } from './error.js';
import { type ConversationRecord, summaryOf, withRead } from './list.js';
import { isExpired, isMine, nothing, quoteOf, withMine } from './messages.js';
import { isWaiting, textOf, type OutboxRecord } from './outbox.js';
import type { ConversationView, Message, MessageView, OutboxState, ReactionSummary } from './types.js';

const errorOf = ({ error }: OutboxRecord): { readonly error?: ChatError } => (error ? { error: ChatError.fromJSON(error) } : {});

type IsBlocked = (userId: string | undefined) => boolean;

/** A message of somebody whom the user blocks: where it stands, and about when. */
const hiddenView = ({ conversationId, seq }: Message, at: string): MessageView => ({
  ...nothing,
  key: `hidden ${seq}`,
  conversationId,
  seq,
  at,
  senderId: '',
  hidden: 'blocked',
  isMine: false,
  state: 'sent',
});

const viewOf = (message: Message, me: string): MessageView => ({
  ...message,
  // Of others' messages the id that their client chose isn't always told.
  key: message.senderId === me && message.clientMessageId ? `${me} ${message.clientMessageId}` : message.messageId,
  isMine: message.senderId === me,
  state: 'sent',
});

/**
 * Messages as they are to be shown: those that are kept, with what waits in the outbox on top, and, at the end of a conversation, those
 * that aren't sent yet.
 */
export function overlay(
  records: readonly MessageRecord[],
  items: readonly OutboxRecord[],
  me: string,
  now: number,
  at: { readonly thread: string; readonly coveredTo: number; readonly isEnd: boolean; readonly isBlocked: IsBlocked },
): MessageView[] {
  const shown = records.filter(({ isHidden, message }) => !isHidden && !isExpired(message, now));
  const hidden = new Set(items.flatMap(item => (item.kind === 'hide' && item.state !== 'failed' ? [item.messageId] : [])));
  // Of a quote of what they said there is no more than where it leads.
  const quoted = (view: MessageView): MessageView =>
    at.isBlocked(view.replyTo?.senderId) ? { ...view, replyTo: { messageId: view.replyTo!.messageId } } : view;
  const views: MessageView[] = [];
  for (const record of shown) {
    const { message, isBlocked } = record;
    const near = () => views.at(-1)?.at ?? shown.find(one => one.message.at)?.message.at ?? new Date(now).toISOString();
    if (isBlocked || at.isBlocked(message.senderId)) views.push(hiddenView(message, message.at || near()));
    else if (!hidden.has(message.messageId)) views.push(withWaiting(record, items, me));
  }
  if (!at.isEnd) return views.map(quoted);

  const known = new Set(records.map(({ seq }) => seq));
  const ids = new Set(records.filter(({ message }) => message.senderId === me).map(({ message }) => message.clientMessageId));
  // What was just stored shows until it is read from there. What isn't there although it is covered isn't to be shown any more.
  for (const { state, message } of items) {
    if (state !== 'sent' || !message || known.has(message.seq) || message.seq <= at.coveredTo || isExpired(message, now)) continue;
    if (!at.thread || message.threadId === at.thread) views.push(viewOf(message, me));
  }
  views.sort((one, other) => one.seq! - other.seq!);
  for (const item of items) {
    if (item.kind !== 'send' || !isWaiting(item) || ids.has(item.clientMessageId)) continue;
    if (at.thread && item.content.threadId !== at.thread) continue;
    views.push(pendingView(item, records, me));
  }
  return views.map(quoted);
}

function pendingView(item: Extract<OutboxRecord, { readonly kind: 'send' }>, records: readonly MessageRecord[], me: string): MessageView {
  const { content, clientMessageId, conversationId, queuedAt, state } = item;
  const { poll, replyTo } = content;
  const quoted = records.find(({ message }) => message.messageId === replyTo)?.message;
  return {
    ...content,
    key: `${me} ${clientMessageId}`,
    conversationId,
    clientMessageId,
    senderId: me,
    kind: poll ? 'poll' : 'text',
    text: textOf(item) ?? '',
    at: new Date(queuedAt).toISOString(),
    revision: 0,
    reactions: [],
    isMine: true,
    state: state as OutboxState,
    outboxId: item.id,
    ...errorOf(item),
    replyTo: quoted ? quoteOf(quoted) : replyTo ? { messageId: replyTo } : undefined,
    ...(item.newText !== undefined && { mentions: item.newMentions }),
    attachments: item.attachments,
    poll: poll && { options: poll.options.map(text => ({ text, votes: 0, mine: false })), multiple: !!poll.multiple, voters: 0 },
  };
}

function withWaiting(record: MessageRecord, items: readonly OutboxRecord[], me: string): MessageView {
  const { messageId, unsentAt } = record.message;
  let view = viewOf(withMine(record), me);
  if (unsentAt) return view;
  for (const item of items) {
    if (!('messageId' in item) || item.messageId !== messageId || !isWaiting(item)) continue;
    const isFailed = item.state === 'failed';
    if (item.kind === 'edit') {
      view = {
        ...view,
        text: isFailed ? view.text : item.text,
        outboxId: item.id,
        edit: { state: item.state as OutboxState, ...errorOf(item) },
      };
    } else if (item.kind === 'unsend' && !isFailed) {
      view = unsent(view as Message & MessageView, new Date(item.queuedAt).toISOString(), me);
    } else if (item.kind === 'react' && !isFailed && item.isWanted !== isMine(record.mine, item.key)) {
      view = { ...view, reactions: withOwn(view.reactions, item.key, me, item.isWanted) };
    } else if (item.kind === 'vote' && !isFailed && view.poll) {
      view = { ...view, poll: voted(view.poll, item.options) };
    }
  }
  return view;
}

/** With the user's own reaction, or without it. */
const withOwn = (all: readonly ReactionSummary[], key: string, me: string, mine: boolean): readonly ReactionSummary[] =>
  (mine ? withReaction : withoutReaction)(all, key, me).map(one => (one.key === key ? { ...one, mine } : one));

function voted(poll: NonNullable<Message['poll']>, chosen: readonly number[]): NonNullable<Message['poll']> {
  const had = poll.options.some(({ mine }) => mine);
  return {
    ...poll,
    voters: poll.voters + (chosen.length ? 1 : 0) - (had ? 1 : 0),
    options: poll.options.map((option, index) => {
      const mine = chosen.includes(index);
      return { ...option, mine, votes: option.votes + (mine ? 1 : 0) - (option.mine ? 1 : 0) };
    }),
  };
}

/** A conversation as the list is to show it. */
export function conversationView(
  record: ConversationRecord,
  items: readonly OutboxRecord[],
  me: string,
  now: number,
  isBlocked: IsBlocked,
): ConversationView {
  let current = record;
  let pending: ConversationView['pending'];
  for (const item of items) {
    if (!isWaiting(item) || (item.state === 'failed' && item.kind !== 'send')) continue;
    if (item.kind === 'read' || item.kind === 'clear') current = withRead(current, item.seq);
    if (item.kind === 'unread') current = { ...current, summary: { ...current.summary!, markedUnread: true } };
    if (item.kind === 'send')
      pending = {
        text: textOf(item) ?? '',
        state: item.state as OutboxState,
        at: new Date(item.queuedAt).toISOString(),
      };
  }
  let summary = summaryOf(current, me, now, isBlocked);
  const last = summary.lastMessage;
  if (isBlocked(last?.senderId)) summary = { ...summary, lastMessage: { ...last!, preview: '', hidden: 'blocked' } };
  for (const item of items) {
    if (!isWaiting(item) || item.state === 'failed') continue;
    if (item.kind === 'preferences') summary = { ...summary, preferences: withChange(summary.preferences, item.change) };
    if (item.kind === 'clear' && summary.lastMessage && summary.lastMessage.seq <= item.seq) summary = { ...summary, lastMessage: null };
  }
  const { mutedUntil } = summary.preferences;
  return {
    ...summary,
    isMuted: !!mutedUntil && Date.parse(mutedUntil) > now,
    isUnread: summary.unreadCount > 0 || summary.markedUnread,
    pending,
  };
}

function withChange(
  preferences: ConversationView['preferences'],
  change: Extract<OutboxRecord, { readonly kind: 'preferences' }>['change'],
): ConversationView['preferences'] {
  const { mutedUntil, draft, pinned, archived } = { ...preferences, ...change };
  return { pinned: !!pinned, archived: !!archived, ...(mutedUntil && { mutedUntil }), ...(draft && { draft }) };
}
