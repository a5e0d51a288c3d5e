import { expect, test } from 'vitest';
import { api, choose, lookInBothSizes, messages, names, open, phone, signIn, wide } from './people.ts';
import { chooser, picture, seesPhotos, send } from './pictures.ts';
import { berlin, drawStickers } from './stickers.ts';

test('a card that one sends is seen, opened and forwarded by the other, and gone once the host app takes it down', async () => {
  const { alice, bob, carol } = names('alice', 'bob', 'carol');
  const conversation = await api(alice).direct(bob);
  await api(bob).direct(carol);
  const [a, b, c] = [await signIn(alice), await signIn(bob, phone), await signIn(carol)];
  await open(a, bob);
  const id = `v-${alice}`;
  const cards = [
    { type: 'video', id, title: 'Lisbon by tram', subtitle: 'Four minutes up the hill' },
    { type: 'live', id: `l-${alice}`, title: 'From the miradouro' },
  ];
  await api(alice).send(conversation, '', { cards });

  const entry = b.getByRole('link', { name: new RegExp(alice) });
  await entry.getByText('Video', { exact: true }).waitFor();
  await entry.click();
  for (const page of [a, b]) await messages(page).getByRole('button', { name: /From the miradouro/ }).waitFor();
  await messages(b).getByRole('button', { name: /Lisbon by tram/ }).click();
  const dialog = b.getByRole('dialog', { name: 'Lisbon by tram' });
  await dialog.getByText(id).waitFor();
  await b.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  await messages(b).locator('.bubble').last().click({ button: 'right', position: { x: 5, y: 5 } });
  await choose(b, 'Forward');
  await b.getByRole('dialog').getByLabel(carol).check();
  await b.getByRole('dialog').getByRole('button', { name: 'Forward' }).click();
  await open(c, bob);
  await messages(c).getByRole('button', { name: /Lisbon by tram/ }).waitFor();

  await api('host', 'chat.host').call('POST', `host/content/video/${id}/revoke`, {});
  for (const page of [a, b, c]) {
    await messages(page).getByText('Video: this was taken down.').waitFor();
    expect(await messages(page).getByText('Lisbon by tram').count()).toBe(0);
    await messages(page).getByRole('button', { name: /From the miradouro/ }).waitFor();
  }
});

test('a sticker and a place go from one to the other, the place only once its sender has said so', async () => {
  const { alice, bob, pack } = names('alice', 'bob', 'pack');
  const stickers = [{ stickerId: 'wave', url: `https://stickers.example/${pack}.svg`, description: 'A sun that waves' }];
  await api('host', 'chat.host').call('PUT', `host/sticker-packs/${pack}`, { title: `Suns of ${alice}`, stickers });
  await api(alice).direct(bob);
  const [a, b] = [await signIn(alice, { ...wide, permissions: ['geolocation'], geolocation: berlin }), await signIn(bob, phone)];
  for (const page of [a, b]) await drawStickers(page);
  await open(a, bob);
  await a.getByRole('button', { name: 'More to send' }).click();
  await choose(a, 'Sticker');
  const dialog = a.getByRole('dialog', { name: 'Stickers' });
  await dialog.getByRole('region', { name: `Suns of ${alice}` }).getByRole('button', { name: 'A sun that waves' }).click();
  await dialog.waitFor({ state: 'detached' });
  const entry = b.getByRole('link', { name: new RegExp(alice) });
  await entry.getByText('Sticker', { exact: true }).waitFor();
  await entry.click();
  for (const page of [a, b]) {
    const sticker = messages(page).getByRole('img', { name: 'A sun that waves' });
    await sticker.waitFor();
    await page.waitForFunction(() => document.querySelector<HTMLImageElement>('.sticker')!.naturalWidth > 0);
  }

  await a.getByRole('button', { name: 'More to send' }).click();
  await choose(a, 'Share your place');
  const asked = a.getByRole('dialog', { name: 'Share your place?' });
  await asked.getByText(/rounded to some 110 m/).waitFor();
  await asked.getByRole('button', { name: 'Share' }).click();
  const place = messages(b).getByRole('link', { name: /52\.516° N, 13\.378° E/ });
  await place.waitFor();
  expect(await place.getAttribute('href')).toContain('openstreetmap.org');
});

test('what was shared is found again in the details: photos, links and cards', async () => {
  const { alice, bob } = names('alice', 'bob');
  const conversation = await api(alice).direct(bob);
  const a = await signIn(alice);
  await open(a, bob);
  for (let day = 1; day <= 3; day++) await api(bob).send(conversation, `Line ${day}: https://trams.example/${day}, and back`);
  await api(bob).send(conversation, '', { cards: [{ type: 'video', id: `v-${bob}`, title: 'Lisbon by tram' }] });
  await chooser(a).setInputFiles([await picture(a, 'hills.jpg', 200), await picture(a, 'evening.jpg', 330)]);
  await a.getByRole('list', { name: 'To send' }).getByRole('img').nth(1).waitFor();
  await send(a);
  await seesPhotos(a, 2);
  await a.getByRole('link', { name: `About ${bob}` }).click();
  const details = a.getByRole('complementary', { name: 'About' });
  const photo = details.getByRole('tabpanel', { name: 'Photos' }).getByRole('button', { name: /^Photo, yours/ });
  await photo.nth(1).waitFor();
  await photo.first().click();
  await a.getByRole('dialog', { name: 'Photo 1 of 2' }).getByRole('img').waitFor();
  await a.keyboard.press('Escape');
  await a.waitForFunction(() => [...document.querySelectorAll<HTMLImageElement>('.gallery img')].every(one => one.naturalWidth > 0));
  await lookInBothSizes(a, 'gallery-photos');

  await details.getByRole('tab', { name: 'Photos' }).focus();
  await a.keyboard.press('ArrowRight');
  const links = details.getByRole('tabpanel', { name: 'Links' });
  await links.getByRole('link', { name: 'https://trams.example/3' }).waitFor();
  expect(await links.getByRole('link', { name: /trams/ }).count()).toBe(3);
  await api(bob).send(conversation, 'And https://trams.example/4');
  await links.getByRole('link', { name: 'https://trams.example/4' }).waitFor();
  await a.keyboard.press('End');
  await details.getByRole('tabpanel', { name: 'Cards' }).getByRole('button', { name: /Lisbon by tram/ }).waitFor();
  await lookInBothSizes(a, 'gallery-cards');
  await details.getByRole('link', { name: /Go to the message/ }).click();
  await messages(a).getByRole('button', { name: /Lisbon by tram/ }).waitFor();
});
