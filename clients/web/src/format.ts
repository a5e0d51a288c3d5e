import { ChatError, type MessageView, type ShownAttachment } from '@chat-functions/client';
import { sharedWord } from './sharing/words.ts';

const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'long' });
const shortDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const longDate = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const fullDate = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' });
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

const startOfDay = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();

/** How many midnights are between an instant and now; 0 is today. */
function daysAgo(at: string, now: Date): number {
  return Math.round((startOfDay(now) - startOfDay(new Date(at))) / 86_400_000);
}

export const timeOf = (at: string) => time.format(new Date(at));
export const momentOf = (at: string) => moment.format(new Date(at));

/** The value of a field of date and time, in local time. */
export const fieldOf = (at: Date) => new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

/** The day as a heading in a conversation. */
export function dayOf(at: string, now = new Date()): string {
  const days = daysAgo(at, now);
  if (days === 0) return 'Today';
  if (days === 1) return 'Yesterday';
  const date = new Date(at);
  return (date.getFullYear() === now.getFullYear() ? longDate : fullDate).format(date);
}

/** Short enough for a row of the list. */
export function shortOf(at: string, now = new Date()): string {
  const days = daysAgo(at, now);
  if (days === 0) return timeOf(at);
  if (days === 1) return 'Yesterday';
  return (days > 1 && days < 7 ? weekday : shortDate).format(new Date(at));
}

/** When somebody was here last, who isn't now. */
export function lastSeen(at: string, now = new Date()): string {
  const days = daysAgo(at, now);
  if (days === 0) return `last seen at ${timeOf(at)}`;
  if (days === 1) return 'last seen yesterday';
  return `last seen on ${shortDate.format(new Date(at))}`;
}

const spans = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const;

/** A span in its largest whole unit. */
export function spanOf(seconds: number): string {
  const [unit, name] = spans.find(([size]) => seconds >= size && seconds % size === 0) ?? [1, 'second'];
  return plural(seconds / unit, name);
}

export const plural = (count: number, name: string) => `${count} ${name}${count === 1 ? '' : 's'}`;
const few = new Intl.NumberFormat('en', { notation: 'compact' });
/** A count, rounded where it is large: 12K. */
export const fewOf = (count: number) => few.format(count);
export const cut = (count: number) => (count > 999 ? '999+' : String(count));

/** What is alone in its message, and no picture: a voice message, or a file. */
export const aloneOf = ({ attachments }: Partial<Pick<MessageView, 'attachments'>>) =>
  attachments?.find(({ kind }) => kind === 'voice' || kind === 'file');

/** What a picture of a message is called. */
export const wordOf = ({ kind }: Pick<ShownAttachment, 'kind'>) => (kind === 'video' ? 'Video' : 'Photo');

/** How many of what a message has, which isn't alone. */
function countOf(pictures: readonly ShownAttachment[]): string {
  const [first] = pictures;
  if (pictures.length < 2) return first ? wordOf(first) : '';
  const isMixed = pictures.some(({ kind }) => kind !== first!.kind);
  return isMixed ? `${pictures.length} photos and videos` : plural(pictures.length, wordOf(first!).toLowerCase());
}

/** How much a file is, as file managers say it. */
export function sizeOf(bytes: number): string {
  const unit = bytes < 1_000_000 ? 1_000 : 1_000_000;
  const digits = bytes < unit * 10 ? 1 : 0;
  return `${(bytes / unit).toLocaleString(undefined, { maximumFractionDigits: digits })} ${unit === 1_000 ? 'KB' : 'MB'}`;
}

type Said = Pick<MessageView, 'text'> & Partial<Pick<MessageView, 'attachments' | 'cards' | 'location' | 'sticker'>>;

/** What a message says in one line: its text, or what it has instead. */
export function lineOf({ text, attachments = [], ...shared }: Said): string {
  const alone = aloneOf({ attachments });
  if (!text && alone) return alone.kind === 'voice' ? 'Voice message' : (alone.fileName ?? 'File');
  return text || countOf(attachments) || (sharedWord(shared) ?? '');
}

/** What went wrong, with every detail that the service gives. */
export function explain(error: unknown): string {
  if (!(error instanceof ChatError)) return error instanceof Error ? error.message : 'Something went wrong.';
  if (error.code === 'unreachable') return 'The service can’t be reached. Try again in a moment.';
  const faults = (error.errors ?? []).map(({ pointer, detail }) => `${pointer.replace(/^\//, '')}: ${detail}`);
  return [error.message, ...faults].join(' ');
}

/** Whether sending the same again may succeed. Photos are uploaded once more then. */
export const isWorthRetrying = (error: ChatError | undefined) =>
  !error || error.isTransient || error.code === 'expired' || error.code.startsWith('media_');
