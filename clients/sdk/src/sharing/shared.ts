import type { Core } from '../core.js';
import { backoff } from '../env.js';
import { ChatError } from '../error.js';
import { Live } from '../live.js';
import type { Observable } from '../observable.js';
import type { ChatEvent, Message, MessageView } from '../types.js';

/** `media` are photos, `link` addresses in texts. */
export type SharedKind = 'media' | 'card' | 'link' | 'voice' | 'file';

/** The messages of a conversation that share something of a kind, the newest first, as far as they were asked for. */
export interface SharedState {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly messages: readonly MessageView[];
  /** Whether there are older ones. */
  readonly hasMore: boolean;
  readonly isLoading: boolean;
  /** Why the latest question failed; what may succeed later is asked again by itself while there is nothing to show. */
  readonly error?: ChatError;
}

export interface SharedList extends Observable<SharedState> {
  /** Asks for older ones. */
  loadMore(): Promise<void>;
}

interface Page {
  readonly messages: readonly Message[];
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly hasMore: boolean;
}

/** How long what happens is gathered before it is asked again, in ms. */
const gather = 1000;
/** A block, and its end, is so everywhere in the service after 30 s. */
const settled = 31_000;
/** So many pages in a row may have none before somebody has to ask for more. */
const mostEmpty = 5;

const shares: Readonly<Record<SharedKind, (message: Message) => boolean>> = {
  media: ({ attachments }) => !!attachments?.some(({ kind }) => !['voice', 'file'].includes(kind)),
  card: ({ cards }) => !!cards,
  link: ({ text }) => /https?:\/\//.test(text),
  voice: ({ attachments }) => !!attachments?.some(({ kind }) => kind === 'voice'),
  file: ({ attachments }) => !!attachments?.some(({ kind }) => (kind as string) === 'file'),
};

const none: SharedState = { status: 'loading', messages: [], hasMore: false, isLoading: false };

/** In memory alone, and while somebody subscribes: what is shown may be taken back meanwhile. Asked for anew after each connection. */
export class Shared extends Live<SharedState> implements SharedList {
  /** Messages that were taken back or hidden: an answer may be from before. */
  readonly #gone = new Set<string>();
  /** What the pages cover. */
  #covered: Pick<Page, 'fromSeq' | 'toSeq'> | undefined;
  #turn = 0;
  #failures = 0;
  #cancel: (() => void) | undefined;

  constructor(
    private readonly core: Core,
    private readonly conversationId: string,
    private readonly kind: SharedKind,
  ) {
    super(core.env, none, () => {
      const unlisten = core.listen(event => this.#heard(event));
      void this.#begin();
      return () => {
        unlisten();
        this.#stop();
        this.#covered = undefined;
        this.set(none);
      };
    });
  }

  async loadMore(): Promise<void> {
    const { isLoading, hasMore } = this.getSnapshot();
    if (isLoading || !hasMore) return;
    await this.#ask(this.#covered?.fromSeq, (found, page) => {
      this.#covered = { fromSeq: page.fromSeq, toSeq: this.#covered?.toSeq ?? page.toSeq };
      return { messages: [...this.getSnapshot().messages, ...found], hasMore: page.hasMore };
    });
  }

  #heard(event: ChatEvent | undefined): void {
    if (!event) {
      this.#covered = undefined;
      return void this.#begin();
    }
    if (event.type === 'block.updated') {
      // The list of those whom the user blocks may hear of it after this.
      queueMicrotask(() => this.#show());
      this.core.env.after(settled, () => this.isActive && void this.#begin(true));
    }
    if (!('conversationId' in event) || event.conversationId !== this.conversationId) return;
    const state = this.getSnapshot();
    if (event.type === 'message.deleted' || event.type === 'message.hidden') {
      this.#gone.add(event.data.messageId);
      this.#show();
    } else if (event.type === 'message.updated') {
      const { messageId, message } = event.data;
      const isThere = message && 'messageId' in message && shares[this.kind](message);
      if (!state.messages.some(one => one.messageId === messageId)) return isThere ? this.#beginSoon() : undefined;
      const messages = state.messages.flatMap(one => (one.messageId !== messageId ? one : isThere ? this.#view(message) : []));
      this.set({ ...state, messages });
      // The page that is on its way may be from before.
      if (state.isLoading) this.#beginSoon();
    } else if (event.type === 'message.created' && 'messageId' in event.data && shares[this.kind](event.data)) this.#beginSoon();
  }

  /** Shows what is still to be seen. */
  #show(): void {
    const state = this.getSnapshot();
    const messages = state.messages.filter(one => this.#isSeen(one));
    if (messages.length < state.messages.length) this.set({ ...state, messages });
  }

  #isSeen({ messageId, senderId }: Pick<MessageView, 'messageId' | 'senderId'>): boolean {
    return !this.#gone.has(messageId!) && !this.core.list.isBlocked(this.conversationId, senderId);
  }

  #beginSoon(wait = gather * (0.5 + this.core.env.random())): void {
    this.#cancel ??= this.core.env.after(wait, () => {
      this.#cancel = undefined;
      void this.#begin();
    });
  }

  /** The newest page again. What is known of before stays where the pages meet, unless it is all to be `anew`. */
  async #begin(anew = false): Promise<void> {
    this.#stop();
    if (anew) this.#covered = undefined;
    await this.#ask(undefined, (found, page) => {
      const { messages, hasMore } = this.getSnapshot();
      const known = this.#covered;
      const meets = known && known.fromSeq < page.fromSeq && page.fromSeq <= known.toSeq + 1;
      this.#covered = { fromSeq: meets ? known.fromSeq : page.fromSeq, toSeq: page.toSeq };
      if (!meets) return { messages: found, hasMore: page.hasMore };
      return { messages: [...found, ...messages.filter(({ seq }) => seq! < page.fromSeq)], hasMore };
    });
  }

  #stop(): void {
    this.#turn++;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  async #ask(
    beforeSeq: number | undefined,
    join: (found: readonly MessageView[], page: Page) => Pick<SharedState, 'messages' | 'hasMore'>,
  ): Promise<void> {
    const { http, env } = this.core;
    const turn = this.#turn;
    this.set({ ...this.getSnapshot(), isLoading: true });
    try {
      const found: Message[] = [];
      let page: Page | undefined;
      for (let count = 0; !page || (page.hasMore && !found.length && count < mostEmpty); count++) {
        const { fromSeq: before = beforeSeq, toSeq }: Partial<Page> = page ?? {};
        const query = { kind: this.kind, beforeSeq: before };
        const path = { conversationId: this.conversationId };
        const next = (await http.ask('get', '/conversations/{conversationId}/shared', { path, query })) as Page;
        if (turn !== this.#turn) return;
        found.push(...next.messages);
        page = { ...next, toSeq: toSeq ?? next.toSeq };
      }
      this.#failures = 0;
      const joined = join(
        found.filter(message => this.#isSeen(message)).map(message => this.#view(message)),
        page,
      );
      this.set({ status: 'ready', isLoading: false, ...joined });
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      if (turn !== this.#turn) return;
      const { status, messages, hasMore } = this.getSnapshot();
      this.set({ status: status === 'ready' ? status : 'failed', messages, hasMore, isLoading: false, error });
      if (!error.isTransient || beforeSeq) return;
      this.#beginSoon(Math.max(error.retryAfter * 1000, backoff(env, ++this.#failures, 1000, 30_000)));
    }
  }

  #view(message: Message): MessageView {
    return { ...message, key: message.messageId, isMine: message.senderId === this.core.me, state: 'sent' };
  }
}
