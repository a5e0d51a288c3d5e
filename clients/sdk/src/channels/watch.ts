import type { Core } from '../core.js';
import { backoff } from '../env.js';
import { ChatError } from '../error.js';
import { Live } from '../live.js';
import type { Observable } from '../observable.js';
import type { Subscription } from '../channels.js';

const minute = 60_000;
/** The service pushes for at least five minutes, and wants to be asked again every four. */
const good = 5 * minute;
const every = 4 * minute;
/** What pages say of counts may be as old. */
const recent = 5000;

/**
 * Has the service push what happens in a channel to a follower, while somebody subscribes and the page is visible. What was posted while it
 * didn't is then read from the log, and what is on the screen is asked for again.
 */
export const watchOf = (core: Core, conversationId: string, subscription: Observable<Subscription | undefined>): Live<undefined> =>
  new Live(core.env, undefined, () => watch(core, conversationId, subscription));

function watch(core: Core, conversationId: string, subscription: Observable<Subscription | undefined>): () => void {
  const { env, http, list } = core;
  // What pages said before may be outdated: posts' reactions, votes and views aren't in the log.
  const forget = () => (core.confirmed(conversationId, '').ranges = []);
  let [goodUntil, failures, notBefore] = [0, 0, 0];
  /** When the page on the screen was last asked for in any case. */
  let askedAt = env.now();
  let isEnded = false;
  let isAsking = false;
  /** What is being asked was overtaken by a change of the subscription. */
  let isOutdated = false;
  let cancel = () => {};

  const ask = async () => {
    // Members are pushed to without it.
    if (isEnded || isAsking || list.view(conversationId)) return;
    if (!env.isVisible() || !env.isOnline()) return;
    cancel();
    isAsking = true;
    isOutdated = false;
    const at = env.now();
    let wait = every;
    try {
      await http.ask('post', '/channels/{conversationId}/watch', { path: { conversationId } });
      const wasGood = at < goodUntil;
      goodUntil = at + good;
      failures = 0;
      if (!wasGood && !isEnded) {
        core.watch(conversationId, () => {})();
        if (at - askedAt > recent) {
          forget();
          core.changed(conversationId, 'connected');
        }
      }
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      wait = error.isTransient ? Math.max(error.retryAfter * 1000, backoff(env, failures++, 1000, 30_000)) : Infinity;
      notBefore = env.now() + wait;
    } finally {
      isAsking = false;
    }
    if (isOutdated) changed();
    if (wait < Infinity && !isEnded && !isAsking) cancel = env.after(wait, () => void ask());
  };

  // Who comes back asks at once where it has ended, or is about to; who was refused, once their subscription changes.
  const look = () => {
    if (subscription.getSnapshot()?.isFollowing === false) goodUntil = 0;
    else if (env.now() >= Math.max(goodUntil - minute, notBefore)) void ask();
  };
  const changed = () => {
    isOutdated = isAsking;
    notBefore = 0;
    look();
  };
  const connected = () => {
    askedAt = env.now();
    void ask();
  };
  forget();
  const ends = [core.listen(event => event || connected()), env.onChange(look), subscription.subscribe(changed)];
  void ask();
  return () => {
    isEnded = true;
    cancel();
    ends.forEach(end => end());
  };
}
