import type { Page } from 'playwright-core';
import { messages } from './people.ts';

/** A picture that a page draws: hills below a sky. */
export async function picture(page: Page, name: string, hue: number, width = 1_200, height = 800) {
  const url = await page.evaluate(
    ([hue, width, height]) => {
      const canvas = Object.assign(document.createElement('canvas'), { width, height });
      const context = canvas.getContext('2d')!;
      const sky = context.createLinearGradient(0, 0, 0, height);
      sky.addColorStop(0, `hsl(${hue} 75% 52%)`);
      sky.addColorStop(1, `hsl(${hue + 45} 90% 84%)`);
      context.fillStyle = sky;
      context.fillRect(0, 0, width, height);
      context.fillStyle = 'hsl(45 100% 92%)';
      context.beginPath();
      context.arc(width * 0.72, height * 0.32, height * 0.11, 0, 7);
      context.fill();
      for (let hill = 0; hill < 3; hill++) {
        context.fillStyle = `hsl(${hue + 120} ${30 + hill * 8}% ${46 - hill * 12}%)`;
        context.beginPath();
        context.moveTo(0, height);
        for (let x = 0; x <= width; x += 8)
          context.lineTo(x, height * (0.58 + hill * 0.13) + Math.sin(x / (150 - hill * 20) + hue + hill * 2) * height * 0.07);
        context.lineTo(width, height);
        context.fill();
      }
      return canvas.toDataURL('image/jpeg', 0.9);
    },
    [hue, width, height] as const,
  );
  return { name, mimeType: 'image/jpeg', buffer: Buffer.from(url.split(',')[1]!, 'base64') };
}

/** What a phone wrote into a photo that it took upright: who made it, where it was, and that it is to be turned by 90°. */
export const phoneSays = { make: 'Handset Works', place: [52, 31, 12, 13, 24, 18] } as const;

/** The same picture as a phone's camera keeps it: lying on its side, with EXIF. */
export function fromPhone<T extends { buffer: Buffer }>(photo: T): T {
  const make = Buffer.from(`${phoneSays.make}\0`);
  // TIFF, big-endian: a header, a directory of three entries, one of GPS of four, and what is too long for an entry.
  const [gps, values] = [8 + 2 + 3 * 12 + 4, 8 + 2 + 3 * 12 + 4 + 2 + 4 * 12 + 4];
  const entry = (tag: number, type: number, count: number, value: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(tag, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt32BE(count, 4);
    return Buffer.concat([head, value, Buffer.alloc(4 - value.length)]);
  };
  const uint16 = (value: number) => Buffer.from([value >> 8, value & 255]);
  const uint32 = (value: number) => Buffer.from([0, 0, value >> 8, value & 255]);
  const rationals = Buffer.concat(phoneSays.place.flatMap(value => [uint32(value), uint32(1)]));
  const tiff = Buffer.concat([
    Buffer.from('MM\0*\0\0\0\b', 'latin1'),
    uint16(3),
    entry(0x010f, 2, make.length, uint32(values + rationals.length)),
    entry(0x0112, 3, 1, uint16(6)),
    entry(0x8825, 4, 1, uint32(gps)),
    uint32(0),
    uint16(4),
    entry(1, 2, 2, Buffer.from('N\0')),
    entry(2, 5, 3, uint32(values)),
    entry(3, 2, 2, Buffer.from('E\0')),
    entry(4, 5, 3, uint32(values + 24)),
    uint32(0),
    rationals,
    make,
  ]);
  const exif = Buffer.concat([Buffer.from('Exif\0\0'), tiff]);
  const [start, rest] = [photo.buffer.subarray(0, 2), photo.buffer.subarray(2)];
  const buffer = Buffer.concat([start, Buffer.from([0xff, 0xe1]), uint16(exif.length + 2), exif, rest]);
  return { ...photo, buffer };
}

/** Whether anything of it is still in a file. */
export const tellsOfPhone = (file: Buffer): boolean => [phoneSays.make, 'Exif', 'MM\0*'].some(text => file.includes(text, 0, 'latin1'));

/** What a page uploads from now on; the browser tells nobody outside the page. */
export async function uploadsOf(page: Page): Promise<() => Promise<Buffer[]>> {
  const uploads = await page.evaluateHandle(() => {
    const bodies: Blob[] = [];
    const { send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.send = function (body) {
      if (body instanceof Blob) bodies.push(body);
      send.call(this, body);
    };
    return bodies;
  });
  return async () => {
    const all = await uploads.evaluate(bodies => Promise.all(bodies.map(async one => [...new Uint8Array(await one.arrayBuffer())])));
    return all.map(bytes => Buffer.from(bytes));
  };
}

/** A video that a page records of a picture that changes. */
export async function clip(page: Page, name: string) {
  const base64 = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 });
    const context = canvas.getContext('2d')!;
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise(resolve => (recorder.onstop = resolve));
    recorder.start();
    for (let picture = 0; picture < 30; picture++) {
      context.fillStyle = `hsl(${picture * 12} 80% 50%)`;
      context.fillRect(0, 0, 320, 180);
      await new Promise(resolve => setTimeout(resolve, 40));
    }
    recorder.stop();
    await stopped;
    const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(''));
  });
  return { name, mimeType: 'video/webm', buffer: Buffer.from(base64, 'base64') };
}

export const chooser = (page: Page) => page.locator('.conversation input[type=file][accept]');
export const photos = (page: Page) => messages(page).getByRole('button', { name: /^Photo/ });
export const send = (page: Page) => page.getByRole('button', { name: 'Send', exact: true }).first().click();

/** Waits until so many photos are there, each with a picture in it. */
export async function seesPhotos(page: Page, count: number): Promise<void> {
  await page.waitForFunction(count => {
    const all = [...document.querySelectorAll<HTMLImageElement>('.photo img')];
    return all.length === count && all.every(one => one.complete && one.naturalWidth > 0) && !document.querySelector('.photo .upload');
  }, count);
}

export async function menuOfPhoto(page: Page): Promise<void> {
  // What is still being sent has no menu.
  await messages(page).locator('.message:not(.sent)').first().waitFor({ state: 'detached' });
  await photos(page).last().click({ button: 'right' });
  await page.getByRole('menu').waitFor();
}
