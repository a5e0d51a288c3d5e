import { expect, test } from 'vitest';
import { api, choose, composer, messages, names, open, phone, signIn } from './people.ts';
import { chooser, clip, fromPhone, menuOfPhoto, photos, picture, seesPhotos, send, tellsOfPhone, uploadsOf } from './pictures.ts';

test('a photo from one browser is seen in the other, saved, forwarded, and taken back', async () => {
  const { alice, bob, carol } = names('alice', 'bob', 'carol');
  await api(alice).direct(bob);
  await api(bob).direct(carol);
  const [a, b, c] = [await signIn(alice), await signIn(bob, phone), await signIn(carol)];
  await open(a, bob);

  const files = [await picture(a, 'hills.jpg', 200), await picture(a, 'evening.jpg', 330), await picture(a, 'no.jpg', 90)];
  await chooser(a).setInputFiles(files);
  await a.getByRole('list', { name: 'To send' }).getByRole('img').nth(2).waitFor();
  await a.getByRole('button', { name: 'Remove photo 3' }).click();
  await send(a);
  await seesPhotos(a, 2);

  const entry = b.getByRole('link', { name: new RegExp(alice) });
  await entry.getByText('Photo', { exact: true }).waitFor();
  await entry.click();
  await seesPhotos(b, 2);
  expect(await photos(b).first().locator('img').getAttribute('src')).toContain('sig=');

  await photos(b).first().click();
  const lightbox = b.getByRole('dialog', { name: /^Photo \d of 2$/ });
  await lightbox.getByRole('img', { name: /^Photo 1 of 2/ }).waitFor();
  await b.keyboard.press('ArrowRight');
  await lightbox.getByRole('img', { name: /^Photo 2 of 2/ }).waitFor();
  const [saved] = await Promise.all([b.waitForEvent('download'), lightbox.getByRole('button', { name: 'Save' }).click()]);
  expect(saved.suggestedFilename()).toMatch(/^photo-.*\.(jpeg|webp|png)$/);
  await b.keyboard.press('Escape');
  await lightbox.waitFor({ state: 'detached' });

  await menuOfPhoto(b);
  await choose(b, 'Forward');
  await b.getByRole('dialog').getByLabel(carol).check();
  await b.getByRole('dialog').getByRole('button', { name: 'Forward' }).click();
  await open(c, bob);
  await seesPhotos(c, 2);
  await messages(c).getByText('Forwarded').waitFor();

  // An answer quotes it as a photo.
  await menuOfPhoto(b);
  await choose(b, 'Reply');
  await composer(b).fill('Beautiful!');
  await send(b);
  await messages(a).getByRole('button', { name: /2 photos/ }).waitFor();

  await menuOfPhoto(a);
  await choose(a, 'Take back');
  await messages(b).getByText('This message was taken back.').waitFor();
  expect(await photos(b).count()).toBe(0);
  await b.getByRole('link', { name: 'Back to the conversations' }).click();
  await open(b, carol);
  await menuOfPhoto(b);
  await choose(b, 'Take back');
  await messages(c).getByText('This message was taken back.').waitFor();
});

/** Where somebody gets the photo of a conversation's last message, in every size. */
async function addressesOf(user: string, conversationId: string): Promise<string[]> {
  type Message = { readonly messageId: string; readonly attachments: { readonly mediaId: string }[] };
  const { messages } = await api(user).call<{ messages: Message[] }>('GET', `conversations/${conversationId}/messages`);
  const { messageId, attachments } = messages.at(-1)!;
  const items = ['original', '1080', '320'].map(variant => ({ conversationId, messageId, mediaId: attachments[0]!.mediaId, variant }));
  const { items: answers } = await api(user).call<{ items: { url: string }[] }>('POST', 'media/urls', { items });
  return answers.map(one => one.url);
}

test('a photo from a phone is upright in the other browser, tells nobody where it was taken, and is gone once taken back', async () => {
  const { alice, bob, carol } = names('alice', 'bob', 'carol');
  await api(alice).direct(bob);
  await api(bob).direct(carol);
  const [a, b, c] = [await signIn(alice, phone), await signIn(bob), await signIn(carol)];
  await open(a, bob);
  const photo = fromPhone(await picture(a, 'PXL_20261128.jpg', 200));
  expect(tellsOfPhone(photo.buffer)).toBe(true);

  const uploads = await uploadsOf(a);
  await chooser(a).setInputFiles([photo]);
  await a.getByRole('list', { name: 'To send' }).getByRole('img').waitFor();
  await send(a);
  await seesPhotos(a, 1);
  expect((await uploads()).map(tellsOfPhone)).toEqual([false]);

  await open(b, alice);
  await seesPhotos(b, 1);
  await photos(b).click();
  const shown = b.getByRole('dialog', { name: 'Photo' }).getByRole('img');
  await expect.poll(() => shown.evaluate((one: HTMLImageElement) => [one.naturalWidth, one.naturalHeight])).toEqual([720, 1_080]);
  await b.keyboard.press('Escape');
  await menuOfPhoto(b);
  await choose(b, 'Forward');
  await b.getByRole('dialog').getByLabel(carol).check();
  await b.getByRole('dialog').getByRole('button', { name: 'Forward' }).click();
  await open(c, bob);
  await seesPhotos(c, 1);
  const addresses = await addressesOf(carol, await api(carol).direct(bob));
  expect(addresses.length).toBe(3);
  for (const address of addresses) {
    const answer = await fetch(address);
    expect(answer.status).toBe(200);
    expect(tellsOfPhone(Buffer.from(await answer.arrayBuffer()))).toBe(false);
  }

  // The one who forwarded it shows it still; once both took it back there is nothing behind the addresses.
  const statuses = () => Promise.all(addresses.map(async address => (await fetch(address)).status));
  await menuOfPhoto(a);
  await choose(a, 'Take back');
  await messages(b).getByText('This message was taken back.').waitFor();
  expect(await statuses()).not.toContain(404);
  await open(b, carol);
  await menuOfPhoto(b);
  await choose(b, 'Take back');
  await messages(c).getByText('This message was taken back.').waitFor();
  await expect.poll(async () => (await statuses()).every(status => status === 404)).toBe(true);
});

test('a photo that is pasted goes out after a reload in the middle of its upload', async () => {
  const { alice, bob } = names('alice', 'bob');
  const conversation = await api(alice).direct(bob);
  const a = await signIn(alice);
  await open(a, bob);
  const { buffer } = await picture(a, 'pasted.jpg', 20);
  let isCut = true;
  // Nothing reaches the storage for now.
  await a.route(/sig=/, route => (isCut ? undefined : route.continue()));
  await composer(a).evaluate((field, base64) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), one => one.charCodeAt(0))], 'pasted.jpg', { type: 'image/jpeg' }));
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
  }, buffer.toString('base64'));
  await a.getByRole('list', { name: 'To send' }).getByRole('img').waitFor();
  await composer(a).fill('From the clipboard');
  await send(a);
  await messages(a).getByRole('progressbar', { name: 'Upload' }).waitFor();
  isCut = false;
  await a.reload();
  await seesPhotos(a, 1);
  await messages(a)
    .getByRole('img', { name: /^(sent|delivered)$/ })
    .waitFor();
  expect(await api(bob).texts(conversation)).toEqual(['From the clipboard']);
  await messages(a).locator('.bubble', { hasText: 'From the clipboard' }).click({ button: 'right' });
  await choose(a, 'Take back');
  await messages(a).getByText('You took this message back.').waitFor();
  // The page shows it before the service knows.
  await expect.poll(async () => (await api(bob).texts(conversation)).includes('From the clipboard')).toBe(false);
});

test('a file is saved under its name in the other browser, found again, and taken back', async () => {
  const { alice, bob } = names('alice', 'bob');
  await api(alice).direct(bob);
  const [a, b] = [await signIn(alice), await signIn(bob)];
  await open(a, bob);
  await a.locator('.conversation input[type=file]:not([accept])').setInputFiles({
    name: 'Plan.html',
    mimeType: 'text/html',
    buffer: Buffer.from('<script>document.title = "run"</script>'),
  });
  await a.getByRole('button', { name: 'Remove Plan.html' }).waitFor();
  await composer(a).fill('For tomorrow');
  await send(a);
  await open(b, alice);
  const file = messages(b).getByRole('button', { name: 'Save Plan.html' });
  await file.waitFor();
  const [saved] = await Promise.all([b.waitForEvent('download'), file.click()]);
  expect(saved.suggestedFilename()).toBe('Plan.html');
  expect(b.url()).toContain('#/c/');
  expect(await b.title()).not.toBe('run');
  await messages(a).locator('.bubble', { hasText: 'For tomorrow' }).click({ button: 'right' });
  await choose(a, 'Take back');
  await messages(b).getByText('This message was taken back.').waitFor();
  expect(await file.count()).toBe(0);
});

test('a video that a browser recorded is played in the other one, with how long it is, and taken back', async () => {
  const { alice, bob } = names('alice', 'bob');
  await api(alice).direct(bob);
  const [a, b] = [await signIn(alice), await signIn(bob, phone)];
  await open(a, bob);
  await chooser(a).setInputFiles([await clip(a, 'clip.webm')]);
  await a.getByLabel('Video 1', { exact: true }).waitFor();
  await composer(a).fill('It moves');
  await send(a);
  await open(b, alice);
  // The service says how long it is, once it has looked: the recorder didn't.
  const tile = messages(b).getByRole('button', { name: /^Video, .*, 0:0\d$/ });
  await tile.waitFor();
  expect(await tile.locator('canvas').count()).toBe(1);
  await tile.click();
  const player = b.getByRole('dialog', { name: 'Video' }).locator('video');
  await b.waitForFunction(() => {
    const video = document.querySelector<HTMLVideoElement>('dialog video');
    return !!video && video.videoWidth === 320 && video.currentTime > 0 && Number.isFinite(video.duration);
  });
  expect(await player.getAttribute('src')).toContain('sig=');
  await b.keyboard.press('Escape');
  await player.waitFor({ state: 'detached' });
  await messages(a).locator('.bubble', { hasText: 'It moves' }).click({ button: 'right' });
  await choose(a, 'Take back');
  await messages(b).getByText('This message was taken back.').waitFor();
});
