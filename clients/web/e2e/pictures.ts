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
