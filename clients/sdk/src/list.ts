import { type LogEvent, stubOf } from './apply.js';
import type { Batch } from './batch.js';
import { clearMessages, dropLog, isExpired, previewOf } from './messages.js';
import type { components } from './generated/schema.js';
import type { ChatEvent, ConversationDetails, ConversationSummary, Message, Preferences } from './types.js';

export type SyncPage = {
  readonly resnapshot: boolean;
  readonly items: readonly components['schemas']['SyncItem'][];
  readonly cursor: string;
  readonly hasMore: boolean;
};

type Preview = NonNullable<ConversationSummary['lastMessage']>;

/** A message that was pushed and isn't in the summary yet. */
interface Recent extends Preview {
  readonly messageId: string;
  readonly isMention: boolean;
}

/** A conversation of the user's list as the service last said, and what was pushed since; or that it isn't in it any more. */
export interface ConversationRecord {
  readonly conversationId: string;
  /** Of the newest item of `/sync`, and of the newest event of each kind; 0 where there was none. */
  readonly version: number;
  readonly preferencesVersion: number;
  readonly unreadVersion: number;
  /** Absent once the user isn't a member any more, and while nothing is known but that they are. */
  readonly summary?: ConversationSummary;
  readonly isLeft?: boolean;
  /** The first entry that one page reaches, and whether there are entries before it. */
  readonly newest?: { readonly fromSeq: number; readonly isLimited: boolean };
  readonly recent: readonly Recent[];
  /** Entries after the summary's that are counted in it: each counts once, in whatever order they come. */
  readonly seen: readonly number[];
  /** Up to where the summary's count of unread messages is good. */
  readonly countedTo: number;
  /** The newest message when the user last archived it, or didn't: one that comes later brings it back. */
  readonly arrangedTo: number;
  /** The newest entry about the user's own membership. */
  readonly memberSeq: number;
  /** Whether it is a channel that the user follows, which is no part of their list. */
  readonly isFollowed?: true;
}

const bound = 200;

const fresh = (conversationId: string): ConversationRecord => ({
  conversationId,
  version: 0,
  preferencesVersion: 0,
  unreadVersion: 0,
  recent: [],
  seen: [],
  countedTo: 0,
  arrangedTo: 0,
  memberSeq: 0,
});

const find = (batch: Batch, conversationId: string) => batch.tx.get<ConversationRecord>('conversations', [conversationId]);

async function put(batch: Batch, record: ConversationRecord): Promise<void> {
  batch.conversations.add(record.conversationId);
  await batch.tx.put('conversations', [record.conversationId], record);
}

/** Keeps a page of `/sync` and its cursor. */
export async function applySyncPage(batch: Batch, page: SyncPage): Promise<void> {
  if (page.resnapshot) {
    batch.reset = true;
    for (const table of ['conversations', 'logs', 'messages', 'ids', 'threads', 'quotes', 'expiries', 'cache'] as const) {
      await batch.tx.deleteRange(table, [], [[]] as never);
    }
  }
  for (const item of page.items) {
    // What the user follows is no part of their list.
    if ('subscription' in item) continue;
    const { conversationId, version } = item;
    const known = (await find(batch, conversationId)) ?? fresh(conversationId);
    if (version <= known.version) continue;
    if ('left' in item) await drop(batch, { ...known, version });
    else await take(batch, known, item);
  }
  await batch.tx.put('meta', ['cursor'], page.cursor);
}

type Item = Extract<components['schemas']['SyncItem'], { readonly conversation: unknown }>;

async function take(batch: Batch, known: ConversationRecord, { version, conversation, newest, limited }: Item): Promise<void> {
  // The list follows: it may still have what the user left since.
  if (!known.summary && conversation.lastSeq < known.memberSeq) return;
  const { preferences, unreadCount, markedUnread, clearedSeq } = known.summary ?? conversation;
  await put(batch, {
    ...known,
    isLeft: false,
    version,
    preferencesVersion: Math.max(version, known.preferencesVersion),
    unreadVersion: Math.max(version, known.unreadVersion),
    summary: {
      ...conversation,
      ...(known.preferencesVersion > version && { preferences }),
      ...(known.unreadVersion > version && { unreadCount, markedUnread, clearedSeq }),
    },
    newest: { fromSeq: newest.fromSeq, isLimited: !!limited },
    recent: known.recent.filter(({ seq }) => seq > conversation.lastSeq),
    seen: known.seen.filter(seq => seq > conversation.lastSeq),
    countedTo: known.unreadVersion > version ? known.countedTo : conversation.lastSeq,
  });
  if (conversation.clearedSeq > (known.summary?.clearedSeq ?? 0))
    await clearMessages(batch, conversation.conversationId, conversation.clearedSeq);
}

/** The user isn't in it any more: what was said there goes, and so that it doesn't come back, the versions stay. */
async function drop(
  batch: Batch,
  { conversationId, version, preferencesVersion, unreadVersion, memberSeq }: ConversationRecord,
  seq = 0,
): Promise<void> {
  await put(batch, {
    ...fresh(conversationId),
    isLeft: true,
    version,
    preferencesVersion,
    unreadVersion,
    memberSeq: Math.max(memberSeq, seq),
  });
  await dropLog(batch, conversationId);
  await batch.tx.deleteRange('cache', [conversationId], [conversationId, []] as never);
}

/** Applies an entry of a log to the list, wherever it comes from. Each counts once. */
export async function applyToList(batch: Batch, event: LogEvent): Promise<void> {
  const { conversationId, seq } = event;
  const known = (await find(batch, conversationId)) ?? fresh(conversationId);
  const membership = membershipOf(event, batch.me);
  if (membership) {
    if (seq <= known.memberSeq) return;
    if (membership === 'out') return await drop(batch, known, seq);
    if (!known.summary) batch.unknown.add(conversationId);
    return await put(batch, { ...known, isLeft: false, memberSeq: seq });
  }
  if (!known.summary) {
    if (seq > known.memberSeq && !known.isFollowed) batch.unknown.add(conversationId);
    return;
  }
  const { summary } = known;
  const isCounted = seq <= summary.lastSeq || known.seen.includes(seq);
  const record = isCounted ? known : { ...known, seen: [...known.seen, seq].slice(-bound) };
  const changed = stubOf(event) ? record : await changedBy(batch, record, event, isCounted);
  if (changed !== known) await put(batch, changed);
}

async function changedBy(batch: Batch, record: ConversationRecord, event: LogEvent, isCounted: boolean): Promise<ConversationRecord> {
  const summary = record.summary!;
  switch (event.type) {
    case 'message.created':
      return isCounted ? record : { ...record, recent: [...record.recent, recentOf(event.data, batch.me)].slice(-bound) };
    case 'message.updated': {
      const { message } = event.data;
      if (message) return withPreview(record, message.seq, shownOf(message));
      batch.needsSync = true;
      return record;
    }
    case 'message.deleted': {
      const seq =
        (await batch.tx.get<number>('ids', [event.conversationId, event.data.messageId])) ??
        record.recent.find(one => one.messageId === event.data.messageId)?.seq;
      // Only the service knows which message lists show.
      if (seq === undefined && !isCounted) batch.needsSync = true;
      return seq === undefined ? record : withPreview(record, seq, shownOf({ text: '', unsentAt: event.at }));
    }
    case 'conversation.updated':
      return isCounted
        ? record
        : { ...record, summary: { ...summary, title: event.data.title ?? summary.title, avatarUrl: event.data.avatarUrl } };
    case 'member.joined':
      return isCounted ? record : { ...record, summary: { ...summary, memberCount: summary.memberCount + event.data.members.length } };
    case 'member.left':
    case 'member.removed':
      return isCounted ? record : { ...record, summary: { ...summary, memberCount: Math.max(1, summary.memberCount - 1) } };
    default:
      return record;
  }
}

const membershipOf = (event: LogEvent, me: string): 'in' | 'out' | undefined => {
  if (event.type === 'conversation.deleted') return 'out';
  if (event.type === 'member.left' || event.type === 'member.removed') return event.data.userId === me ? 'out' : undefined;
  if (event.type !== 'member.joined' && event.type !== 'conversation.created') return undefined;
  return event.data.members.some(({ userId }) => userId === me) ? 'in' : undefined;
};

type Said = Pick<Message, 'text' | 'unsentAt' | 'held' | 'expiresAt' | 'attachments' | 'location' | 'sticker' | 'cards'>;
type Shown = Pick<Preview, 'preview' | 'isUnsent' | 'isHeld' | 'attachment' | 'card'>;

/** What lists show of a message. */
export const shownOf = ({ text, unsentAt, held, expiresAt, attachments, location, sticker, cards }: Said): Shown => ({
  preview: expiresAt || held ? '' : previewOf(text),
  isUnsent: unsentAt ? true : undefined,
  isHeld: held,
  ...(!expiresAt && { attachment: attachments?.[0]?.kind ?? (location ? 'location' : sticker && 'sticker'), card: cards?.[0]?.type }),
});

const recentOf = (message: Message, me: string): Recent => ({
  ...shownOf(message),
  seq: message.seq,
  messageId: message.messageId,
  senderId: message.senderId,
  at: message.at,
  isMention: message.senderId !== me && !!(message.mentionsAll || message.mentions?.some(({ userId }) => userId === me)),
  expiresAt: message.expiresAt,
});

function withPreview(record: ConversationRecord, seq: number, shown: Shown): ConversationRecord {
  const summary = record.summary!;
  if (summary.lastMessage?.seq === seq) return { ...record, summary: { ...summary, lastMessage: { ...summary.lastMessage, ...shown } } };
  if (!record.recent.some(one => one.seq === seq)) return record;
  return { ...record, recent: record.recent.map(one => (one.seq === seq ? { ...one, ...shown } : one)) };
}

/** Applies what the user's own devices are told about the list. */
export async function applyOwn(batch: Batch, event: ChatEvent): Promise<void> {
  if (event.type === 'conversation.preferences.updated') return await applyPreferences(batch, event.conversationId, event.data);
  if (event.type !== 'unread.updated') return;
  const record = await find(batch, event.conversationId);
  const { version, unreadCount, markedUnread, clearedSeq } = event.data;
  if (!record?.summary || version <= record.unreadVersion) return;
  // The count may be from before a message that was just pushed, or from after it.
  const last = record.recent.at(-1);
  if (last && batch.now - Date.parse(last.at) < 5000) batch.needsSync = true;
  const countedTo = Math.max(record.countedTo, ...record.recent.map(({ seq }) => seq));
  const isMentioned = unreadCount > 0 && record.summary.isMentioned;
  await put(batch, {
    ...record,
    unreadVersion: version,
    countedTo,
    summary: { ...record.summary, unreadCount, markedUnread, clearedSeq, isMentioned },
  });
  await clearMessages(batch, event.conversationId, clearedSeq);
}

export async function applyPreferences(
  batch: Batch,
  conversationId: string,
  state: Preferences & { readonly version: number },
): Promise<void> {
  const record = await find(batch, conversationId);
  const { version, ...preferences } = state;
  if (!record?.summary || version <= record.preferencesVersion) return;
  const arrangedTo = Math.max(record.arrangedTo, ...record.recent.map(({ seq }) => seq));
  await put(batch, { ...record, preferencesVersion: version, arrangedTo, summary: { ...record.summary, preferences } });
}

/** Keeps what is known of a conversation before the list has it. */
export async function applyDetails(batch: Batch, details: ConversationDetails): Promise<void> {
  const { conversationId, kind, title, lastSeq, memberCount, unreadCount, preferences, markedUnread, clearedSeq, createdAt, avatarUrl } =
    details;
  const record = (await find(batch, conversationId)) ?? fresh(conversationId);
  if (record.summary || lastSeq < record.memberSeq) return;
  if (details.subscription) return await put(batch, { ...record, isFollowed: true });
  const peer = kind === 'direct' ? details.members.find(({ userId }) => userId !== batch.me)?.userId : undefined;
  await put(batch, {
    ...record,
    isLeft: false,
    countedTo: lastSeq,
    summary: {
      conversationId,
      kind,
      title,
      ...(peer && { peer }),
      memberCount,
      lastSeq,
      unreadCount,
      lastMessage: null,
      activityAt: createdAt,
      preferences,
      markedUnread,
      clearedSeq,
      isMentioned: false,
      ...(avatarUrl && { avatarUrl }),
    },
  });
}

/** What is so once the service has done what the user wanted; the event that says so may come later. */
export async function applyRead(batch: Batch, conversationId: string, seq: number): Promise<void> {
  const record = await find(batch, conversationId);
  if (record?.summary) await put(batch, withRead(record, seq));
}

export function withRead(record: ConversationRecord, seq: number): ConversationRecord {
  const summary = { ...record.summary!, markedUnread: false };
  // How many of what the summary counts are read isn't known before the service says it.
  if (seq < summary.lastSeq && seq < (summary.lastMessage?.seq ?? 0)) return { ...record, summary };
  const isAll = record.recent.every(one => one.seq <= seq);
  return {
    ...record,
    countedTo: Math.max(record.countedTo, seq),
    summary: { ...summary, unreadCount: 0, isMentioned: !isAll && summary.isMentioned },
  };
}

export async function applyMarkedUnread(batch: Batch, conversationId: string): Promise<void> {
  const record = await find(batch, conversationId);
  if (record?.summary) await put(batch, { ...record, summary: { ...record.summary, markedUnread: true } });
}

export async function applyCleared(batch: Batch, conversationId: string, seq: number): Promise<void> {
  const record = await find(batch, conversationId);
  if (record?.summary && seq > record.summary.clearedSeq) {
    const read = withRead(record, seq);
    await put(batch, { ...read, summary: { ...read.summary!, clearedSeq: seq } });
  }
  await clearMessages(batch, conversationId, seq);
}

/** The entry as it is to be shown: what was pushed since the summary is in it. */
export function summaryOf(
  record: ConversationRecord,
  me: string,
  now: number,
  isBlocked: (userId: string) => boolean,
): ConversationSummary {
  const summary = record.summary!;
  const own = record.recent.filter(({ senderId }) => senderId === me).reduce((last, { seq }) => Math.max(last, seq), 0);
  const read = Math.max(record.countedTo, own);
  const unread = record.recent.filter(one => one.seq > read && !isExpired(one, now));
  const newest = record.recent.reduce<Recent | undefined>((last, one) => (!last || one.seq > last.seq ? one : last), undefined);
  const isNewer = newest && newest.seq > (summary.lastMessage?.seq ?? 0);
  const last = isNewer ? newest : summary.lastMessage;
  const { preferences } = summary;
  const isBack = preferences.archived && !preferences.mutedUntil && record.recent.some(({ seq }) => seq > record.arrangedTo);
  return {
    ...summary,
    lastSeq: Math.max(summary.lastSeq, newest?.seq ?? 0),
    lastMessage: last && last.seq > summary.clearedSeq ? last : null,
    activityAt: isNewer ? newest.at : summary.activityAt,
    unreadCount: (own > record.countedTo ? 0 : summary.unreadCount) + unread.length,
    isMentioned:
      (own <= record.countedTo && summary.isMentioned) || unread.some(({ isMention, senderId }) => isMention && !isBlocked(senderId)),
    markedUnread: own <= record.countedTo && summary.markedUnread,
    preferences: isBack ? { ...preferences, archived: false } : preferences,
  };
}
