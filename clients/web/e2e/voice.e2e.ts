import { expect, test } from 'vitest';
import { choose, look, messages, names, open, api, phone, signIn, wide } from './people.ts';
import type { Locator, Page } from 'playwright-core';

const voices = (page: Page) => messages(page).getByRole('group', { name: /^Voice message/ });

const secondsOf = (clock = '') => Number(clock.split(':')[0]) * 60 + Number(clock.split(':')[1]);

/** Waits until a recording has so many seconds, or more where the machine is busy. */
const records = (page: Page, seconds: number) =>
  expect.poll(async () => secondsOf((await page.getByRole('timer').textContent()) ?? '')).toBeGreaterThanOrEqual(seconds);

/** Where a voice message is, and how long it is, in seconds. */
const positionOf = async (voice: Locator) =>
  ((await voice.getByRole('slider').getAttribute('aria-valuetext')) ?? '').split(' of ').map(secondsOf);

/** Records for some seconds, as the browser beeps, and sends it. */
async function speak(page: Page, seconds: number): Promise<void> {
  await page.getByRole('button', { name: 'Record a voice message' }).click();
  await records(page, seconds);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

for (const [size, options] of [
  ['phone', phone],
  ['wide', wide],
] as const) {
  test(`a voice message from one browser is heard in the other, and taken back, ${size}`, async () => {
    const { alice, bob } = names('alice', 'bob');
    const conversation = await api(alice).direct(bob);
    const [a, b] = [await signIn(alice, options), await signIn(bob)];
    await open(a, bob);

    await a.getByRole('button', { name: 'Record a voice message' }).click();
    await records(a, 1);
    await look(a, 'voice-recorder', size);
    await a.keyboard.press('Escape');
    await a.getByPlaceholder('Message', { exact: true }).waitFor();
    await speak(a, 2);
    await speak(a, 1);

    const entry = b.getByRole('link', { name: new RegExp(alice) });
    await entry.getByText('Voice message', { exact: true }).waitFor();
    await entry.click();
    const first = voices(b).first();
    await expect.poll(async () => (await positionOf(voices(b).nth(1)))[1]).toBeGreaterThanOrEqual(1);
    await expect.poll(async () => (await positionOf(first))[1]).toBeGreaterThanOrEqual(2);

    await first.getByRole('button', { name: 'Play' }).click();
    await first.getByRole('button', { name: 'Pause' }).waitFor();
    // One plays at a time.
    await voices(b).nth(1).getByRole('button', { name: 'Play' }).click();
    await first.getByRole('button', { name: 'Play' }).waitFor();
    // It ends, and begins anew.
    await voices(b).nth(1).getByRole('button', { name: 'Play' }).waitFor();
    await first.getByRole('slider').focus();
    await b.keyboard.press('End');
    const [, end = 0] = await positionOf(first);
    await expect.poll(() => positionOf(first)).toEqual([end, end]);
    await b.keyboard.press('ArrowLeft');
    await expect.poll(async () => (await positionOf(first))[0]).toBeLessThan(end);
    await look(b, 'voice-heard', size);
    await look(a, 'voice', size);
    await b.getByRole('link', { name: `About ${alice}` }).click();
    await b.getByRole('tab', { name: 'Voice' }).click();
    await b.getByRole('tabpanel', { name: 'Voice' }).getByRole('group', { name: /^Voice message/ }).nth(1).waitFor();
    await look(b, 'voice-gallery', size);

    type Page_ = { readonly messages: { readonly messageId: string; readonly attachments: { readonly mediaId: string }[] }[] };
    const { messages: sent } = await api(bob).call<Page_>('GET', `conversations/${conversation}/messages`);
    const items = sent.map(({ messageId, attachments: [file] }) => ({
      conversationId: conversation,
      messageId,
      mediaId: file!.mediaId,
      variant: 'original',
    }));
    type Urls = { readonly items: { readonly url: string }[] };
    const { items: addresses } = await api(bob).call<Urls>('POST', 'media/urls', { items });
    expect((await fetch(addresses[0]!.url)).headers.get('content-type')).toMatch(/^audio\//);
    for (let left = 2; left > 0; left--) {
      await voices(a).first().locator('.length').click({ button: 'right' });
      await choose(a, 'Take back');
      await expect.poll(() => voices(b).count()).toBe(left - 1);
    }
    for (const { url } of addresses) await expect.poll(async () => (await fetch(url)).status).toBe(404);
  });
}
