import { createHash } from 'node:crypto';
import { test } from 'vitest';
import { api, composer, look, messages, names, open, phone, signIn, wide } from './people.ts';
import { chooser, photos, picture, seesPhotos, send as sendIt } from './pictures.ts';

/** Sends what isn't a picture, past the page: so soon that nobody has looked at it. */
async function sendBroken(user: string, conversationId: string): Promise<void> {
  const { call, send } = api(user);
  const bytes = Buffer.alloc(8_000_000, 'This is no picture.');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const declared = { conversationId, kind: 'image', contentType: 'image/png', bytes: bytes.length, sha256 };
  type Upload = { readonly mediaId: string; readonly uploadUrl: string; readonly headers: Record<string, string> };
  for (let tries = 1; ; tries++) {
    const { mediaId, uploadUrl, headers } = await call<Upload>('POST', 'media/uploads', declared);
    await fetch(uploadUrl, { method: 'PUT', headers, body: bytes });
    await call('POST', `media/uploads/${mediaId}/complete`);
    try {
      return void (await send(conversationId, '', { attachments: [{ mediaId }] }));
    } catch (error) {
      if (tries === 10 || !String(error).includes('media_failed')) throw error;
    }
  }
}

for (const [size, options] of [
  ['phone', phone],
  ['wide', wide],
] as const) {
  test(`photos look as they should, ${size}`, async () => {
    const { alice, bob } = names('alice', 'bob');
    for (const [user, displayName] of Object.entries({ [alice]: 'Alice Abara', [bob]: 'Bob Lindqvist' }))
      await api(user).call('PATCH', 'me/profile', { displayName });
    const conversation = await api(alice).direct(bob);
    const [a, b] = [await signIn(alice, options), await signIn(bob)];
    await api(alice).send(conversation, 'Did you get up to the ridge after all?');
    await api(bob).send(conversation, 'We did! You should have seen the light.');
    await open(b, 'Alice Abara');
    await open(a, 'Bob Lindqvist');
    const make = (count: number, ...size: [number?, number?]) =>
      Promise.all(Array.from({ length: count }, (_, index) => picture(b, `${index}.jpg`, 190 + index * 37, ...size)));
    await chooser(b).setInputFiles(await make(5));
    await b.getByRole('list', { name: 'To send' }).getByRole('img').nth(4).waitFor();
    await composer(b).fill('The hills this weekend');
    await sendIt(b);
    await seesPhotos(a, 5);
    await chooser(a).setInputFiles(await make(1, 900, 1_200));
    await a.getByRole('list', { name: 'To send' }).getByRole('img').waitFor();
    await look(a, 'photos-composer', size);
    await sendIt(a);
    await seesPhotos(a, 6);
    await sendBroken(bob, conversation);
    await messages(a).getByText('This photo couldn’t be processed.').waitFor();
    await look(a, 'photos', size);
    await photos(a).first().click();
    await a.getByRole('dialog').getByRole('img').waitFor();
    await look(a, 'lightbox', size);
    await a.keyboard.press('Escape');
  });
}
