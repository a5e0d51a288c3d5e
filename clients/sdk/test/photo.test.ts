import { afterEach, describe, expect, test, vi } from 'vitest';
import { prepare } from '../src/media/photo.js';

interface Canvas {
  width: number;
  height: number;
  drawn: readonly number[];
}

const canvases: Canvas[] = [];
let closed = 0;

/** What a browser has to draw pictures with; its canvases write these types, and PNG instead of others. */
function browser({ width = 4000, height = 3000, writes = ['image/jpeg', 'image/png', 'image/webp'], hasContext = true } = {}) {
  vi.stubGlobal('createImageBitmap', async (_: Blob, options?: object) => {
    if (options) throw new TypeError('Not known here.');
    return { width, height, close: () => closed++ };
  });
  vi.stubGlobal('document', {
    createElement: () => {
      const canvas: Canvas = { width: 0, height: 0, drawn: [] };
      canvases.push(canvas);
      const context = {
        fillRect: () => {},
        drawImage: (...drawn: readonly unknown[]) => (canvas.drawn = drawn.slice(-2) as number[]),
      };
      const toBlob = (done: (blob: Blob) => void, type: string) =>
        done(new Blob(['drawn'], { type: writes.includes(type) ? type : 'image/png' }));
      return Object.assign(canvas, { getContext: () => (hasContext ? context : null), toBlob });
    },
  });
}

afterEach(() => {
  vi.unstubAllGlobals();
  expect(canvases.every(({ width, height }) => !width && !height)).toBe(true);
  expect(closed).toBe(1);
  canvases.length = closed = 0;
});

describe('A photo', () => {
  test.each([
    ['image/jpeg', 'image/jpeg'],
    ['image/png', 'image/png'],
    ['image/webp', 'image/webp'],
    ['image/gif', 'image/png'],
    ['image/heic', 'image/jpeg'],
  ])('of %s is drawn anew as %s', async (type, drawn) => {
    browser();
    const { blob, width, height } = await prepare(new Blob(['with a place'], { type }));
    expect([blob.type, await blob.text(), width, height]).toEqual([drawn, 'drawn', 4000, 3000]);
  });

  test('is a JPEG where the browser writes no WebP, and smaller where it has too many pixels', async () => {
    browser({ width: 8000, height: 6000, writes: ['image/jpeg', 'image/png'] });
    const { blob, width, height } = await prepare(new Blob(['x'], { type: 'image/webp' }));
    expect(blob.type).toBe('image/jpeg');
    expect(width! * height!).toBeLessThanOrEqual(16_010_000);
    expect(canvases.at(-1)!.drawn).toEqual([width, height]);
  });

  test('can’t be made where there is no room for a canvas', async () => {
    browser({ hasContext: false });
    await expect(prepare(new Blob(['x'], { type: 'image/png' }))).rejects.toMatchObject({ code: 'media_failed' });
  });
});
