import type { MessageView } from '@chat-functions/client';
import { dayOf } from '../format.ts';

/** A message in its place: what comes above it, and whether it continues what its sender said before. */
export interface Row {
  readonly key: string;
  readonly message: MessageView;
  /** The heading above the first message of a day. */
  readonly day?: string;
  /** Whether the line above the unread ones comes here. */
  readonly isFirstUnread: boolean;
  /** Whether it begins, and ends, what one sender says in one go. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** What is said within this belongs together, in ms. */
const pause = 5 * 60_000;

/**
 * The rows of a conversation. What was refused stays where it was written, so that newer messages come below it; what is still to be
 * sent is the newest.
 */
export function rowsOf(messages: readonly MessageView[], firstUnreadSeq?: number, now = new Date()): readonly Row[] {
  const ordered = inPlace(messages);
  const firstUnread = firstUnreadSeq === undefined ? undefined : ordered.find(one => (one.seq ?? 0) >= firstUnreadSeq && !one.isMine);
  const days = ordered.map(one => dayOf(one.at, now));
  const begins = ordered.map((one, index) => {
    const before = ordered[index - 1];
    return (
      !before ||
      before.senderId !== one.senderId ||
      days[index - 1] !== days[index] ||
      one === firstUnread ||
      Date.parse(one.at) - Date.parse(before.at) > pause
    );
  });
  return ordered.map((message, index) =>
    kept({
      key: message.key,
      message,
      day: days[index] === days[index - 1] ? undefined : days[index],
      isFirstUnread: message === firstUnread,
      isFirst: begins[index]!,
      isLast: begins[index + 1] ?? true,
    }),
  );
}

const known = new WeakMap<MessageView, Row>();

/** The row that there was for this message, if nothing of it changed: then nothing is rendered. */
function kept(row: Row): Row {
  const before = known.get(row.message);
  if (before && (Object.keys(row) as (keyof Row)[]).every(name => before[name] === row[name])) return before;
  known.set(row.message, row);
  return row;
}

function inPlace(messages: readonly MessageView[]): readonly MessageView[] {
  const failed = messages.filter(one => one.state === 'failed' && one.seq === undefined);
  if (!failed.length) return messages;
  const ordered = messages.filter(one => !failed.includes(one));
  for (const one of failed) {
    const next = ordered.findIndex(other => other.at > one.at);
    ordered.splice(next < 0 ? ordered.length : next, 0, one);
  }
  return ordered;
}
