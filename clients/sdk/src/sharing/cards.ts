import type { Core } from '../core.js';
import type { ChatError } from '../error.js';
import { Gathered, type Said } from '../gathered.js';
import { Live } from '../live.js';
import type { Observable } from '../observable.js';
import type { Card, MessageView } from '../types.js';

/** What the user may see of a card now. */
export interface ShownCard {
  /** `gone`: nothing of it is to be shown any more. `failed`: it isn't known, and is asked for again where that may help. */
  readonly status: 'loading' | 'ready' | 'gone' | 'failed';
  /** Of one that is `ready`. */
  readonly card?: Card;
  /** Why it is `gone`. */
  readonly reason?: NonNullable<Card['gone']>;
  /** Why it `failed`. */
  readonly error?: ChatError;
}

interface CardItem {
  readonly conversationId: string;
  readonly messageId: string;
  readonly index: number;
}

interface Answer {
  readonly items: readonly { readonly card?: Card; readonly code?: string }[];
}

const loading: ShownCard = { status: 'loading' };
/** How long an answer holds, in ms, as protocol.md has it. */
const goodFor = 5 * 60_000;

const shownOf = (card: Card | undefined, now: number): ShownCard => {
  if (!card) return { status: 'gone', reason: 'unavailable' };
  if (card.gone) return { status: 'gone', reason: card.gone };
  if (card.expiresAt && Date.parse(card.expiresAt) <= now) return { status: 'gone', reason: 'expired' };
  return { status: 'ready', card };
};

/** What cards show to the user. Those that are looked at are asked for together, and again every five minutes. */
export class Cards {
  readonly #all: Gathered<CardItem, ShownCard>;

  constructor(private readonly core: Core) {
    const { http, env } = core;
    this.#all = new Gathered<CardItem, ShownCard>(core, {
      most: 50,
      grace: Infinity,
      failed: error => ({ status: 'failed', error }),
      ended: shown => (shown.card ? shownOf(shown.card, env.now()) : shown),
      async ask(items) {
        const about = items.map(({ conversationId }) => conversationId);
        const answer = (await http.ask('post', '/cards/unfurl', { body: { items }, about })) as Answer;
        const now = env.now();
        return answer.items.map(({ card }): Said<ShownCard> => {
          const ends = card?.expiresAt ? Date.parse(card.expiresAt) : NaN;
          const goodUntil = Math.min(now + goodFor, ends > now ? ends : Infinity);
          return { value: shownOf(card, now), goodUntil };
        });
      },
    });
  }

  of({ conversationId, messageId, cards, isMine }: MessageView, index: number): Observable<ShownCard> {
    const { env } = this.core;
    const card = cards?.[index];
    const sent = shownOf(card, env.now());
    // Who sends it saw it, and what is gone for all isn't asked for.
    if (!messageId || sent.status === 'gone') return new Live(env, sent);
    return this.#all.of({ conversationId, messageId, index }, isMine ? sent : loading);
  }
}
