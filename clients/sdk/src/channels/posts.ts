import type { MessageRecord } from '../batch.js';
import type { MessageWindow, WindowOptions } from '../conversation.js';
import type { Core } from '../core.js';
import { Live } from '../live.js';
import { changeMessage } from '../messages.js';
import type { Observable } from '../observable.js';
import type { ChatEvent, ChatEventOf, Message, MessageView, MessageWindowState } from '../types.js';
import { Window } from '../window.js';

/** What is to be known of a channel when its posts are opened. */
export interface Opened {
  /** Posts up to this one aren't new to the user, and how many there are. */
  readonly readOrdinal: number;
  readonly count: number;
}

type Counts = ChatEventOf<'message.counts'>['data'];

/** A post with the counts that were pushed. What the user did isn't in them, and shows although it may not be counted yet. */
function counted({ message, mine }: MessageRecord, { version, views, comments, reactions, voters, votes }: Counts): Message {
  const { poll } = message;
  const chosen = mine?.votes?.options ?? [];
  const uncounted = (mine?.keys ?? []).filter(key => !reactions.some(one => one.key === key));
  return {
    ...message,
    counts: { version, views, comments },
    reactions: [...reactions, ...uncounted.map(key => ({ key, count: 1, users: [] }))],
    poll: poll && {
      ...poll,
      voters: Math.max(voters, Math.min(chosen.length, 1)),
      options: poll.options.map((option, index) => ({ ...option, votes: Math.max(votes[index] ?? 0, +chosen.includes(index)) })),
    },
  };
}

/**
 * A channel's posts: a window of messages, which is watched while somebody looks at it. It has the newest counts of reactions, votes and
 * views, and says where a follower's unread ones begin.
 */
export class Posts extends Live<MessageWindowState> implements MessageWindow {
  readonly #window: Window;
  #opening: Promise<Opened | undefined> | undefined;
  #opened: Opened | undefined;
  #firstUnreadSeq: number | undefined;
  /** The newest that were pushed, by ordinal. A page that is on its way may have older ones. */
  readonly #counts = new Map<number, Counts>();

  constructor(
    private readonly core: Core,
    private readonly conversationId: string,
    watch: Observable<unknown>,
    private readonly opened: () => Promise<Opened | undefined>,
    options?: WindowOptions,
  ) {
    const window = new Window(core, conversationId, '', options);
    super(core.env, window.getSnapshot(), () => {
      const hear = (event: ChatEvent | undefined) => {
        if (event?.type !== 'message.counts' || event.conversationId !== conversationId) return;
        const { data } = event;
        if ((this.#counts.get(data.ordinal)?.version ?? 0) < data.version) this.#counts.set(data.ordinal, data);
        void this.#count();
      };
      const ends = [watch.subscribe(() => {}), window.subscribe(() => this.#show()), core.listen(hear)];
      void this.#open();
      this.#show();
      return () => ends.forEach(end => end());
    });
    this.#window = window;
  }

  loadBefore(): Promise<void> {
    return this.#window.loadBefore();
  }

  loadAfter(): Promise<void> {
    return this.#window.loadAfter();
  }

  jumpTo(around: number | 'newest'): Promise<void> {
    return this.#window.jumpTo(around);
  }

  async #open(): Promise<void> {
    // Whoever looks again meanwhile asks no second time, and who couldn't be answered does.
    this.#opening ??= this.opened();
    this.#opened = await this.#opening;
    if (!this.#opened) this.#opening = undefined;
    this.#show();
  }

  #show(): void {
    const state = this.#window.getSnapshot();
    const { readOrdinal = 0, count = 0 } = this.#opened ?? {};
    const isNew = (ordinal = 0) => ordinal > readOrdinal && ordinal <= count;
    const first = state.messages.find(({ ordinal, isMine }) => isNew(ordinal) && !isMine);
    // Of what isn't loaded yet some may be unread, too: then the line isn't known.
    const isKnown = !state.hasBefore || state.messages.some(({ ordinal }) => ordinal && ordinal <= readOrdinal);
    if (first && isKnown) this.#firstUnreadSeq ??= first.seq;
    const firstUnreadSeq = state.firstUnreadSeq ?? this.#firstUnreadSeq;
    this.set(firstUnreadSeq === state.firstUnreadSeq ? state : { ...state, firstUnreadSeq });
    void this.#count();
  }

  /** Keeps the counts that were pushed: what waits in the outbox shows on top of them. */
  async #count(): Promise<void> {
    const behind = this.#window.getSnapshot().messages.filter(post => this.#newer(post));
    if (!behind.length) return;
    const { write } = await this.core.ready;
    await write(async batch => {
      for (const { seq } of behind) {
        const record = await batch.tx.get<MessageRecord>('messages', [this.conversationId, seq!]);
        const told = record && this.#newer(record.message);
        if (told) await changeMessage(batch, record, { message: counted(record, told) });
      }
    });
  }

  #newer({ ordinal = 0, counts, unsentAt }: Pick<MessageView, 'ordinal' | 'counts' | 'unsentAt'>): Counts | undefined {
    const told = this.#counts.get(ordinal);
    return told && !unsentAt && told.version > (counts?.version ?? 0) ? told : undefined;
  }
}
