import type { components } from '../generated/schema.js';
import type { NewCard } from '../types.js';

/** A GIF that the host app found. Its pictures are loaded from the hosts that `url` and `previewUrl` name. */
export type Gif = components['schemas']['Gif'];

export interface GifPage {
  readonly gifs: readonly Gif[];
  /** Where the search goes on; absent at the end. */
  readonly cursor?: string;
}

export interface GifSearch {
  readonly cursor?: string | undefined;
  /** 1 to 30, else 24. */
  readonly limit?: number;
  readonly signal?: AbortSignal;
}

/** The card that sends a GIF: `conversation.send({ cards: [gifCardOf(gif)] })`. */
export const gifCardOf = ({ id, title, url }: Gif): NewCard => ({ type: 'gif', id, title, thumbnailUrl: url });
