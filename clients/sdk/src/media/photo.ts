import { ChatError } from '../error.js';
import { prepareVideo } from './video.js';

/** As the service takes them: see `POST /media/uploads`. */
const types = ['image/jpeg', 'image/png', 'image/webp', 'image/gif'];
const mostBytes = 15_728_640;

/** As much as every browser's canvas has room for; Safari draws nothing beyond it. */
const mostPixels = 16_000_000;

/** A photo that can be sent: upright, without what a camera notes beside the picture, within the service's limits; or a video. */
export interface Photo {
  readonly kind?: 'video';
  readonly blob: Blob;
  /** In pixels; absent where there is nothing to read them with, as in Node. */
  readonly width?: number;
  readonly height?: number;
  /** Of a video, where the browser can show it. */
  readonly durationMs?: number;
  /** As `durationMs`: https://blurha.sh. */
  readonly blurhash?: string;
  /** Shows it in this page, until it is released. */
  readonly url: string;
}

/**
 * Makes a photo of a file. A browser draws it anew, smaller if it has to be, and of an animation the first picture. In Node all files are
 * left as they are, and the service cleans them; so are videos everywhere.
 *
 * @throws {ChatError} `media_failed` for what isn't a picture that can be read, or is too large and can't be made smaller.
 */
export async function prepare(file: Blob): Promise<Photo> {
  if (file.type.startsWith('video/')) return await prepareVideo(file);
  if (!globalThis.createImageBitmap) return photoOf(file);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw unreadable();
  }
  try {
    const { width, height } = bitmap;
    // A canvas writes no GIF.
    const type = file.type === 'image/gif' ? 'image/png' : types.includes(file.type) ? file.type : 'image/jpeg';
    for (let scale = Math.min(1, Math.sqrt(mostPixels / (width * height))); ; scale *= 0.7) {
      const size = [width, height].map(length => Math.max(1, Math.round(length * scale))) as [number, number];
      const blob = await draw(bitmap, ...size, type);
      if (blob.size <= mostBytes) return photoOf(blob, ...size);
    }
  } finally {
    bitmap.close();
  }
}

const unreadable = () => new ChatError({ code: 'media_failed', title: 'This isn’t a picture that can be read.' });

function photoOf(blob: Blob, width?: number, height?: number): Photo {
  if (!types.includes(blob.type)) throw unreadable();
  if (blob.size > mostBytes) throw new ChatError({ code: 'media_failed', title: 'This picture has more than 15 MB.' });
  return { blob, width, height, url: URL.createObjectURL(blob) };
}

async function draw(bitmap: ImageBitmap, width: number, height: number, type: string): Promise<Blob> {
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  try {
    const context = canvas.getContext('2d');
    if (!context) throw unreadable();
    // What is transparent would be black.
    if (type === 'image/jpeg') Object.assign(context, { fillStyle: '#fff' }).fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    const blob = await new Promise<Blob | null>(resolve => canvas.toBlob(resolve, type, 0.88));
    if (!blob) throw unreadable();
    // Safari writes no WebP: it makes a PNG of it, which is far larger.
    return blob.type === type || type === 'image/jpeg' ? blob : await draw(bitmap, width, height, 'image/jpeg');
  } finally {
    // Safari keeps its memory for long, and has room for few of them.
    Object.assign(canvas, { width: 0, height: 0 });
  }
}
