import { expect, test } from 'vitest';
import { api, choose, look, messages, names, open, phone, signIn, wide } from './people.ts';
import { berlin, drawStickers } from './stickers.ts';

for (const [size, options] of [
  ['phone', phone],
  ['wide', wide],
] as const) {
  test(`what is shared looks as it should, ${size}`, async () => {
    const { alice, bob, pack } = names('alice', 'bob', 'pack');
    const host = api('host', 'chat.host');
    const stickers = ['wave', 'nod', 'sleep', 'dance', 'sing'].map(stickerId => ({
      stickerId,
      url: `https://stickers.example/${pack}/${stickerId}.svg`,
      description: `A sun: ${stickerId}`,
    }));
    await host.call('PUT', `host/sticker-packs/${pack}`, { title: `Suns of ${alice}`, stickers });
    const conversation = await api(alice).direct(bob);
    const a = await signIn(alice, { ...options, permissions: ['geolocation'], geolocation: berlin });
    // Three days in a row take three days.
    const streak = { state: 'active', days: 12, zone: '+01:00', restoresLeft: 3, wroteToday: [bob], offBy: [] };
    await a.route('**/api/streaks?*', route => route.fulfill({ json: { streaks: [{ conversationId: conversation, streak }] } }));
    await drawStickers(a);
    // What the service says of a link, where it looks at links.
    const linkPreview = {
      url: 'https://trams.example/28',
      title: 'Line 28 through the old town',
      description: 'Forty minutes, eleven hills, and a seat by the window if you come early.',
      siteName: 'Trams of Lisbon',
    };
    await a.route('**/api/conversations/*/messages*', async route => {
      const answer = await route.fetch();
      const page = (await answer.json()) as { messages?: { text: string; linkPreview?: object }[] };
      for (const message of page.messages ?? []) if (message.text.includes('trams.example')) message.linkPreview = linkPreview;
      await route.fulfill({ response: answer, json: page });
    });
    const revoked = { type: 'photo', id: `p-${alice}`, title: 'It was here' };
    const video = { type: 'video', id: `v-${alice}`, title: 'Lisbon by tram', subtitle: 'Four minutes up the hill' };
    await api(bob).send(conversation, 'See https://trams.example/28');
    const shoes = { type: 'product', id: `s-${alice}`, title: 'A pair of shoes' };
    await api(bob).send(conversation, 'What do you think?', { cards: [video, shoes] });
    await api(alice).send(conversation, '', { cards: [revoked] });
    await api(alice).send(conversation, '', { cards: [{ ...video, type: 'live' }] });
    await host.call('POST', `host/content/photo/${revoked.id}/revoke`, {});
    await api(bob).send(conversation, '', { location: { latitude: 38.713, longitude: -9.133 } });
    await api(alice).send(conversation, 'Here', { location: { latitude: 38.7131234, longitude: -9.1331234, exact: true } });
    const sticker = { packId: pack, stickerId: 'wave' };
    await api(bob).call('POST', `conversations/${conversation}/messages`, { clientMessageId: 's1', sticker });
    // What was pushed meanwhile of the first day of the two isn't to replace the twelve.
    await a.reload();
    await open(a, bob);
    await messages(a).getByText('Photo: this was taken down.').waitFor();
    await messages(a).getByRole('img', { name: 'A sun: wave' }).waitFor();
    await messages(a).getByRole('link', { name: /Exact place/ }).waitFor();
    await look(a, 'shared', size);
    // What comes late may scroll it down again.
    await expect
      .poll(async () => {
        await messages(a).locator('.scroll').or(messages(a)).first().evaluate(element => (element.scrollTop = 0));
        const cards = [messages(a).getByRole('link', { name: /Line 28/ }), messages(a).getByRole('button', { name: /A pair of shoes/ })];
        return await Promise.all(cards.map(card => card.isVisible()));
      })
      .toEqual([true, true]);
    await look(a, 'shared-cards', size);
    await a.getByRole('button', { name: 'More to send' }).click();
    await choose(a, 'Sticker');
    await a.getByRole('region', { name: `Suns of ${alice}` }).getByRole('button', { name: 'A sun: sing' }).waitFor();
    await look(a, 'stickers', size);
    await a.keyboard.press('Escape');
    await a.getByRole('button', { name: 'More to send' }).click();
    await choose(a, 'Share your place');
    await a.getByRole('dialog').waitFor();
    await look(a, 'place-dialog', size);
    await a.keyboard.press('Escape');
    await a.getByRole('link', { name: `About ${bob}` }).click();
    await a.getByText('12 days in a row. You still have to write.').scrollIntoViewIfNeeded();
    await look(a, 'streak', size);
  });
}
