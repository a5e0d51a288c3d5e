import { ChatError } from '../error.js';
import { blurhashOf } from './blurhash.js';
import type { Photo } from './photo.js';

/** As the service takes them: see `POST /media/uploads`. */
const types = ['video/mp4', 'video/webm', 'video/quicktime'];
const mostBytes = 104_857_600;
const mostSeconds = 181;

/** After this long, in ms, a browser won't show it any more; others may. */
const patience = 8_000;

/** The longer side of the picture that a blurhash is made of, in pixels. */
const small = 32;

const refused = (title: string) => new ChatError({ code: 'media_failed', title });

/**
 * Makes something to send of a video, as it is: the service takes out where it was taken. A browser says how large and long it is, and what
 * it looks like, if it can show it.
 *
 * @throws {ChatError} `media_failed` for what the service doesn't take.
 */
export async function prepareVideo(file: Blob): Promise<Photo> {
  const type = file.type.split(';')[0]!;
  if (!types.includes(type)) throw refused('Videos can be sent as MP4 or WebM.');
  if (!file.size || file.size > mostBytes) throw refused(file.size ? 'This video has more than 100 MB.' : 'This video is empty.');
  const blob = file.slice(0, file.size, type);
  const url = URL.createObjectURL(blob);
  const seen = await look(url).catch(() => undefined);
  if (seen?.durationMs && seen.durationMs > mostSeconds * 1000) {
    URL.revokeObjectURL(url);
    throw refused('This video is longer than three minutes.');
  }
  return { kind: 'video', blob, ...seen, url };
}

async function look(url: string): Promise<Pick<Photo, 'width' | 'height' | 'durationMs' | 'blurhash'> | undefined> {
  if (!globalThis.document) return undefined;
  const video = document.createElement('video');
  Object.assign(video, { muted: true, playsInline: true, preload: 'auto', src: url });
  try {
    await has(video, 'loadeddata');
    const { videoWidth: width, videoHeight: height, duration } = video;
    if (!width || !height) return undefined;
    // Recordings of browsers don't say how long they are.
    const durationMs = Number.isFinite(duration) ? Math.round(duration * 1000) : undefined;
    return { width, height, durationMs, blurhash: draw(video, width, height) };
  } finally {
    video.removeAttribute('src');
    video.load();
  }
}

const has = (video: HTMLVideoElement, event: string) =>
  new Promise<void>((resolve, reject) => {
    const timer = setTimeout(reject, patience);
    const end = (then: () => void) => () => {
      clearTimeout(timer);
      then();
    };
    video.addEventListener(event, end(resolve), { once: true });
    video.addEventListener('error', end(reject), { once: true });
  });

function draw(video: HTMLVideoElement, width: number, height: number): string | undefined {
  const scale = small / Math.max(width, height);
  const [across, down] = [width, height].map(length => Math.max(1, Math.round(length * scale))) as [number, number];
  const canvas = Object.assign(document.createElement('canvas'), { width: across, height: down });
  const context = canvas.getContext('2d');
  if (!context) return undefined;
  context.drawImage(video, 0, 0, across, down);
  return blurhashOf(context.getImageData(0, 0, across, down).data, across, down);
}
