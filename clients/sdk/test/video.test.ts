import { afterEach, describe, expect, test, vi } from 'vitest';
import { blurhashOf } from '../src/media/blurhash.js';
import { prepare } from '../src/media/photo.js';

afterEach(() => vi.unstubAllGlobals());

/** A browser that shows a video of this size and length; or none, where there is no `width`. */
function browser({ width = 0, height = 180, duration = 12.3, hasContext = true } = {}) {
  const video = Object.assign(new EventTarget(), {
    videoWidth: width,
    videoHeight: height,
    duration,
    load: vi.fn(),
    removeAttribute: vi.fn(),
  });
  const load = () => queueMicrotask(() => video.dispatchEvent(new Event(width ? 'loadeddata' : 'error')));
  Object.defineProperty(video, 'src', { set: load });
  const drawImage = vi.fn();
  const getImageData = (_x: number, _y: number, across: number, down: number) => ({ data: new Uint8Array(across * down * 4).fill(128) });
  const canvas = { getContext: () => (hasContext ? { drawImage, getImageData } : null) };
  vi.stubGlobal('document', { createElement: (name: string) => (name === 'video' ? video : canvas) });
  return { video, drawImage };
}

const file = (type: string, text = 'frames') => new Blob([text], { type });

describe('A video', () => {
  test('stays as it is, with what the browser sees of it', async () => {
    const { video, drawImage } = browser({ width: 320 });
    const made = await prepare(file('video/webm;codecs=vp9'));
    expect(made).toMatchObject({ kind: 'video', width: 320, height: 180, durationMs: 12_300 });
    expect([made.blob.type, await made.blob.text()]).toEqual(['video/webm', 'frames']);
    expect(made.blurhash).toMatch(/^L.{27}$/);
    expect(drawImage).toHaveBeenCalledWith(video, 0, 0, 32, 18);
    expect(video.load).toHaveBeenCalledOnce();
  });

  test('goes without what the browser doesn’t know', async () => {
    browser();
    expect(await prepare(file('video/quicktime'))).toEqual({ kind: 'video', blob: expect.any(Blob), url: expect.any(String) });
    browser({ width: 320, duration: Infinity, hasContext: false });
    expect(await prepare(file('video/webm'))).toMatchObject({ width: 320, durationMs: undefined, blurhash: undefined });
    vi.unstubAllGlobals();
    expect(await prepare(file('video/mp4'))).not.toHaveProperty('width');
  });

  test.each([
    ['video/x-msvideo', 'frames', 12, 'Videos can be sent as MP4 or WebM.'],
    ['video/mp4', '', 12, 'This video is empty.'],
    ['video/mp4', 'frames', 182, 'This video is longer than three minutes.'],
  ])('of %s, %j, %d s is refused', async (type, text, duration, title) => {
    browser({ width: 320, duration });
    const revoked = vi.spyOn(URL, 'revokeObjectURL');
    await expect(prepare(file(type, text))).rejects.toMatchObject({ code: 'media_failed', message: title });
    expect(revoked).toHaveBeenCalledTimes(duration > 181 ? 1 : 0);
    revoked.mockRestore();
  });

  test('of more than 100 MB isn’t read', async () => {
    browser({ width: 320 });
    const large = Object.defineProperty(file('video/mp4'), 'size', { value: 104_857_601 });
    await expect(prepare(large)).rejects.toMatchObject({ message: 'This video has more than 100 MB.' });
  });
});

test('a blurhash says which colours there are, and where', () => {
  const draw = (color: (x: number, y: number) => readonly number[]) =>
    Array.from({ length: 32 * 18 }, (_, at) => [...color(at % 32, Math.floor(at / 32)), 255]).flat();
  // Four components by three, and red on the whole.
  expect(blurhashOf(draw(() => [255, 0, 0]), 32, 18)).toMatch(/^L.TI:j.{22}$/);
  expect(blurhashOf(draw(() => [255, 0, 0]), 18, 32)).toMatch(/^T.TI:j.{22}$/);
  const split = blurhashOf(draw(x => (x < 16 ? [255, 255, 255] : [0, 0, 0])), 32, 18);
  expect(split).toHaveLength(28);
  expect(split.slice(6, 8)).not.toBe(split.slice(8, 10));
  expect(blurhashOf([0, 0, 0, 255], 1, 1)).toHaveLength(28);
});
