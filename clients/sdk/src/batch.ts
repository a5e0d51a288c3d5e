import type { Ranges } from './ranges.js';
import type { Store, Tx } from './store.js';
import type { Message } from './types.js';

/** What is known of a conversation's log, or of a thread's messages in it. */
export interface LogRecord {
  readonly conversationId: string;
  /** All entries up to this one are in the messages that are kept. 0 for a thread. */
  readonly applied: number;
  /** Where all messages are known: what isn't kept there isn't one. */
  readonly ranges: Ranges;
  /** When it was last looked at. */
  readonly usedAt: number;
  /** About what its messages take. */
  readonly bytes: number;
}

/** What the user did to a message. It is kept apart from the message: pushes don't say it. */
export interface Mine {
  /** The version of the message whose answer said it. */
  readonly asOf: number;
  readonly keys: readonly string[];
  /** What own reactions said after that, by key. */
  readonly later?: Readonly<Record<string, { readonly asOf: number; readonly is: boolean }>>;
  /** `counted` is of a channel's post, whose votes aren't in `asOf`: the version of its counts when the user was told of their vote. */
  readonly votes?: { readonly asOf: number; readonly options: readonly number[]; readonly counted?: number | undefined };
}

export interface MessageRecord {
  readonly seq: number;
  /** As pushes have it, without `mine`. */
  readonly message: Message;
  readonly mine?: Mine;
  /** Deleted for the user alone: no page that was on its way brings it back. */
  readonly isHidden?: true;
  /** Of somebody whom the user blocks: its message says nothing but where it stands. */
  readonly isBlocked?: true;
  /** The `updatedSeq` of a newer version that is known of, but not known. */
  readonly isStale?: number;
}

/** What a write changed, for whoever shows it. */
export interface Touched {
  readonly conversations: ReadonlySet<string>;
  readonly logs: ReadonlySet<string>;
  readonly outbox: boolean;
  /** Everything but the outbox was dropped. */
  readonly reset: boolean;
}

/** One write to the store, and what it touches. */
export class Batch implements Touched {
  readonly conversations = new Set<string>();
  readonly logs = new Set<string>();
  outbox = false;
  reset = false;
  /** Messages of which only the service knows the current version: conversation and message id. */
  readonly stale: (readonly [conversationId: string, messageId: string])[] = [];
  /** Whether the user's list is to be asked for again soon, since what was pushed doesn't say enough. */
  needsSync = false;
  /** Whether something was put in the outbox that was waiting for a message to be stored. */
  hasFollowers = false;
  /** Conversations of which nothing is known but that they are there. */
  readonly unknown = new Set<string>();

  constructor(
    readonly tx: Tx,
    readonly me: string,
    readonly now: number,
  ) {}

  log(conversationId: string, thread = ''): Promise<LogRecord | undefined> {
    return this.tx.get<LogRecord>('logs', [conversationId, thread]);
  }

  async putLog(log: LogRecord, thread = ''): Promise<void> {
    this.logs.add(log.conversationId);
    await this.tx.put('logs', [log.conversationId, thread], log);
  }
}

export const emptyLog = (conversationId: string, now: number): LogRecord => ({
  conversationId,
  applied: 0,
  ranges: [],
  usedAt: now,
  bytes: 0,
});

/** A write whose `done` is told afterwards what it touched. */
export type Write = <T>(work: (batch: Batch) => Promise<T>) => Promise<T>;

export const writer =
  (store: Store, me: () => string, now: () => number, done: (batch: Batch) => void): Write =>
  async work => {
    let batch!: Batch;
    const result = await store.write(async tx => {
      batch = new Batch(tx, me(), now());
      return await work(batch);
    });
    done(batch);
    return result;
  };
