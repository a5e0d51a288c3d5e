import type { Core } from '../core.js';
import { ChatError } from '../error.js';
import { Gathered, type Said } from '../gathered.js';
import type { Live } from '../live.js';

/** The most that the longer side has in pixels; `original` is as it was sent, cleaned. */
export type PhotoVariant = 'original' | '1080' | '320';

/** Where a photo is. */
export interface PhotoAddress {
  readonly status: 'loading' | 'ready' | 'failed';
  /** Good for at least a minute, unless the service can't be reached; never store it. */
  readonly url?: string;
  /** Why it `failed`; one that may succeed later is asked for again. */
  readonly error?: ChatError;
}

export interface AddressItem {
  readonly conversationId: string;
  readonly messageId: string;
  readonly mediaId: string;
  readonly variant: PhotoVariant;
}

interface Answer {
  readonly items: readonly { readonly url?: string; readonly expiresAt?: string; readonly code?: string }[];
}

const minute = 60_000;

export const loading: PhotoAddress = { status: 'loading' };

/** Signed addresses, in memory alone. Those that are looked at are asked for together, and again before they end. */
export class Addresses {
  readonly #all: Gathered<AddressItem, PhotoAddress>;

  constructor(core: Core) {
    const { http, env } = core;
    this.#all = new Gathered<AddressItem, PhotoAddress>(core, {
      most: 100,
      grace: minute,
      failed: error => ({ status: 'failed', error }),
      async ask(items) {
        const at = env.now();
        const about = items.map(({ conversationId }) => conversationId);
        const answer = (await http.ask('post', '/media/urls', { body: { items }, about })) as Answer;
        return answer.items.map(({ url, expiresAt, code }): Said<PhotoAddress> => {
          if (!url)
            return { error: new ChatError({ code: code as ChatError['code'] }), ...(code === 'media_not_ready' && { retryAfter: 0 }) };
          // Also where the device's clock is wrong: an address is good for an hour.
          const goodUntil = at + Math.min(59 * minute, Math.max(5 * minute, Date.parse(expiresAt!) - minute - at));
          return { value: { status: 'ready', url }, goodUntil };
        });
      },
    });
  }

  of(item: AddressItem): Live<PhotoAddress> {
    return this.#all.of(item, loading);
  }
}
