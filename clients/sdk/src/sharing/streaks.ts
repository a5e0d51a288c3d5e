import type { Core } from '../core.js';
import { ChatError } from '../error.js';
import { Gathered, type Said } from '../gathered.js';
import type { Observable } from '../observable.js';
import type { Streak } from '../types.js';

/** A pair's streak as it is now: what the service said, moved on by the time since. */
export interface ShownStreak {
  readonly status: 'loading' | 'ready' | 'failed';
  readonly streak?: Streak;
  readonly error?: ChatError;
}

interface Item {
  readonly conversationId: string;
}

interface Answer {
  readonly streaks: readonly { readonly conversationId: string; readonly streak: Streak }[];
}

const day = 24 * 3600_000;

/** What becomes of a streak by the time alone, as protocol.md has it. */
export function streakAt(streak: Streak, now: number): Streak {
  const { state, zone, offBy, graceUntil = '', restorableUntil } = streak;
  if (state === 'off' || state === 'none') return streak;
  const lostAt = Date.parse(graceUntil);
  const overAt = restorableUntil ? Date.parse(restorableUntil) : lostAt + 2 * day;
  if (now >= overAt) return { state: 'none', days: 0, zone, restoresLeft: 0, wroteToday: [], offBy };
  if (now >= lostAt) {
    const { graceUntil: _, ...lost } = streak;
    return { ...lost, state: 'lost', wroteToday: [], restorableUntil: new Date(overAt).toISOString() };
  }
  if (state !== 'active') return streak;
  if (now >= lostAt - day) return { ...streak, state: 'grey', wroteToday: [] };
  // It is lost at the third midnight after the newest day that counts began.
  return now >= lostAt - 2 * day && streak.wroteToday.length > 1 ? { ...streak, wroteToday: [] } : streak;
}

/** When the time alone changes it next; beyond a day it is asked again. */
function changesAt({ graceUntil, restorableUntil }: Streak, now: number): number {
  const lostAt = graceUntil ? Date.parse(graceUntil) : NaN;
  const overAt = restorableUntil ? Date.parse(restorableUntil) : NaN;
  const next = [lostAt - 2 * day, lostAt - day, lostAt, overAt].filter(instant => instant > now);
  return Math.min(now + day, ...next);
}

/** The streaks that are looked at: asked for once after each connection, and changed by events and by the time. */
export class Streaks {
  readonly #all: Gathered<Item, ShownStreak>;

  constructor(private readonly core: Core) {
    const { env } = core;
    this.#all = new Gathered<Item, ShownStreak>(core, {
      most: 50,
      grace: Infinity,
      failed: error => ({ status: 'failed', error }),
      ended: shown => (shown.streak ? { ...shown, streak: streakAt(shown.streak, env.now()) } : shown),
      ask: items => this.#ask(items),
    });
    core.listen(event => {
      if (!event) this.#all.renew();
      else if (event.type === 'streak.updated') this.provide(event.conversationId, event.data);
      else if (event.type === 'message.created' && 'messageId' in event.data && !event.data.forwarded)
        this.#wrote(event.conversationId, event.data.senderId);
    });
  }

  of(conversationId: string): Observable<ShownStreak> {
    return this.#all.of({ conversationId }, { status: 'loading' });
  }

  provide(conversationId: string, streak: Streak): void {
    this.#all.known({ conversationId })?.said(this.#said(streak));
  }

  /** Who writes first on a day; the service says it of the second one, as the streak grows then. */
  #wrote(conversationId: string, userId: string): void {
    const { streak } = this.#all.known({ conversationId })?.getSnapshot() ?? {};
    const goesOn = streak?.state === 'active' || streak?.state === 'grey';
    if (goesOn && !streak.wroteToday.length) this.provide(conversationId, { ...streak, wroteToday: [userId] });
  }

  #said(said: Streak): Said<ShownStreak> {
    const now = this.core.env.now();
    const streak = streakAt(said, now);
    return { value: { status: 'ready', streak }, goodUntil: changesAt(streak, now) };
  }

  async #ask(items: readonly Item[]): Promise<readonly Said<ShownStreak>[]> {
    const about = items.map(({ conversationId }) => conversationId);
    const answer = (await this.core.http.ask('get', '/streaks', { query: { conversations: about.join() }, about })) as Answer;
    const streaks = new Map(answer.streaks.map(({ conversationId, streak }) => [conversationId, streak]));
    return about.map(id => {
      const streak = streaks.get(id);
      return streak ? this.#said(streak) : { error: new ChatError({ code: 'conversation_not_found' }) };
    });
  }
}
