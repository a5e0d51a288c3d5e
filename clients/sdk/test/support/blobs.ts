import { expect, vi } from 'vitest';
import { mediaOf, type Media, type Photo } from '../../src/media.js';
import type { Put } from '../../src/media/put.js';
import { busy } from './clock.js';
import type { Answer } from './service.js';
import { pair, type Pair } from './story.js';
import type { Tab } from './world.js';

const { subtle } = crypto;
const [digest, arrayBuffer] = [subtle.digest.bind(subtle), Blob.prototype.arrayBuffer];
vi.spyOn(subtle, 'digest').mockImplementation((...asked) => busy(digest(...asked)));
vi.spyOn(Blob.prototype, 'arrayBuffer').mockImplementation(function (this: Blob) {
  return busy(arrayBuffer.call(this));
});

export const png = (text = 'a picture') => new Blob([text], { type: 'image/png' });

interface Uploaded {
  readonly mediaId: string;
  isPut: boolean;
  isComplete: boolean;
}

/** Uploads and addresses as the service has them, and the blobs beside it. */
export class Blobs {
  readonly uploads = new Map<string, Uploaded>();
  readonly asked: string[] = [];
  /** What was said of uploads before they went up. */
  readonly declared: Record<string, unknown>[] = [];
  puts = 0;
  /** What becomes of the next requests, instead of what the service does. */
  next: ((path: string, key: string | undefined) => Answer | 'lost' | undefined) | undefined;
  /** Answers instead of the service where a message is sent. */
  onSend: () => Answer | undefined = () => undefined;
  /** The keys of uploads, as they were begun. */
  readonly keys: string[] = [];
  /** Called for each upload to Blob Storage, before it is there; answers the status, or throws. */
  onPut: (signal: AbortSignal) => Promise<number | undefined> = async () => undefined;
  readonly progress: number[] = [];

  constructor(readonly story: Pair) {
    const { world } = story;
    world.intercept = (method, path, body, key) => {
      if (method === 'POST' && path.endsWith('/messages')) return this.onSend();
      if (!path.startsWith('/media/')) return undefined;
      this.asked.push(path);
      if (path === '/media/uploads') this.keys.push(key!);
      return this.next?.(path, key) ?? this.#answer(path, body);
    };
  }

  of(tab: Tab): Media {
    const put: Put = async (url, file, { signal, progress }) => {
      this.puts++;
      progress(0.5);
      const refused = await this.onPut(signal);
      if (refused) return refused;
      const upload = [...this.uploads.values()].find(one => url.endsWith(one.mediaId))!;
      if (upload.isPut) return 403;
      expect(file.size).toBeGreaterThan(0);
      upload.isPut = true;
      progress(1);
      return 201;
    };
    return mediaOf(tab.chat, put);
  }

  #answer(path: string, body: Record<string, unknown>): Answer {
    if (path === '/media/urls') {
      const items = body['items'] as { messageId: string; mediaId: string; variant: string }[];
      const expiresAt = new Date(this.story.world.clock.now + 3_600_000).toISOString();
      const signed = items.map(one => ({ ...one, url: `https://blobs/${one.mediaId}?${this.asked.length}`, expiresAt }));
      return { status: 200, body: { items: signed } };
    }
    if (path === '/media/uploads') {
      // The key isn't seen here: the same photo is the same upload.
      const hash = body['sha256'] as string;
      expect(hash).toMatch(/^[0-9a-f]{64}$/);
      this.declared.push(body);
      const known = this.uploads.get(hash) ?? { mediaId: `media${this.uploads.size}`, isPut: false, isComplete: false };
      this.uploads.set(hash, known);
      const { mediaId, isComplete } = known;
      if (isComplete) return { status: 200, body: { mediaId, state: 'processing' } };
      const address = { uploadUrl: `https://blobs/${mediaId}`, headers: { 'x-ms-blob-type': 'BlockBlob' } };
      return { status: 201, body: { mediaId, state: 'pending', ...address } };
    }
    const upload = [...this.uploads.values()].find(({ mediaId }) => path.includes(mediaId))!;
    if (!upload.isPut) return { status: 409, body: { status: 409, code: 'not_uploaded', title: 'Nothing is there.' } };
    upload.isComplete = true;
    return { status: 200, body: { mediaId: upload.mediaId, state: 'processing' } };
  }
}

export async function story() {
  const all = await pair();
  const blobs = new Blobs(all);
  const media = blobs.of(all.alice);
  const photos: Photo[] = [await media.prepare(png('one')), await media.prepare(png('two'))];
  return { ...all, blobs, media, photos };
}

/** As many photos as asked for, each another one. */
export const photosOf = (media: Media, count: number, name = 'photo') =>
  Promise.all(Array.from({ length: count }, (_, index) => media.prepare(png(`${name} ${index}`))));
export const refusal = (status: number, code: string): Answer => ({ status, body: { status, code, title: 'No.' } });
