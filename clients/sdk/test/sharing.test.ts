import { describe, expect, test } from 'vitest';
import { gifCardOf, placeOf, sharingOf, type ShownCard } from '../src/sharing.js';
import type { Card, MessageView } from '../src/index.js';
import type { Answer } from './support/service.js';
import { look, pair, soon } from './support/story.js';
import type { World } from './support/world.js';

const video: Card = { type: 'video', id: 'v-7', title: 'Lisbon by tram' };

/** A message as bob sees it, with so many cards. */
const messageWith = (count: number, more: Partial<MessageView> = {}) =>
  ({
    conversationId: 'c',
    messageId: 'm1',
    isMine: false,
    cards: Array.from({ length: count }, (_, index) => ({ ...video, id: `v-${index}` })),
    ...more,
  }) as unknown as MessageView;

interface Asked {
  readonly messageId: string;
  readonly index: number;
}

/** Answers what cards show, as the service does, and counts the questions. */
function unfurl(world: World, answer: (item: Asked) => object = ({ index }) => ({ card: { ...video, id: `v-${index}` } })) {
  const questions: (readonly Asked[])[] = [];
  const now = { answer, instead: undefined as Answer | 'lost' | undefined };
  world.intercept = (_, path, body) => {
    if (path !== '/cards/unfurl') return undefined;
    const items = body['items'] as readonly Asked[];
    questions.push(items);
    return now.instead ?? { status: 200, body: { items: items.map(item => ({ ...item, ...now.answer(item) })) } };
  };
  return { questions, now };
}

const watch = (world: Awaited<ReturnType<typeof pair>>, message: MessageView, index = 0) => {
  const card = sharingOf(world.bob.chat).card(message, index);
  const seen: ShownCard[] = [];
  const end = card.subscribe(() => seen.push(card.getSnapshot()));
  return { card, seen, end };
};

describe('A message with cards', () => {
  test('shows them while it waits, and is sent with them', async () => {
    const { world, id, alice, toBob } = await pair();
    const window = look(toBob);
    await world.clock.pass(1000);
    const sent: unknown[] = [];
    world.intercept = (method, path, body) => {
      if (method === 'POST' && path.endsWith('/messages')) sent.push(body);
      return undefined;
    };
    alice.setOnline(false);
    const queued = toBob.send({ cards: [{ type: 'video', id: 'v-7', title: 'Lisbon by tram' }] });
    const [pending] = window.getSnapshot().messages;
    expect(pending).toMatchObject({ text: '', kind: 'text', state: 'queued', conversationId: id, cards: [video] });
    expect(sharingOf(alice.chat).card(pending!, 0).getSnapshot()).toEqual({ status: 'ready', card: video });
    alice.setOnline(true);
    await soon(world, queued.sent);
    expect(sent).toMatchObject([{ cards: [video] }]);
    expect(sent[0]).not.toHaveProperty('text');
    await world.close();
  });

  test('asks at most fifty at once, only what is looked at, and again after five minutes', async () => {
    const story = await pair();
    const { world } = story;
    const { questions } = unfurl(world);
    const cards = Array.from({ length: 60 }, (_, index) => watch(story, messageWith(60), index));
    expect(cards[0]!.card.getSnapshot()).toEqual({ status: 'loading' });
    sharingOf(story.bob.chat).card(messageWith(1, { messageId: 'unseen' }), 0);
    await world.clock.pass(1000);
    expect(questions.map(items => items.length)).toEqual([50, 10]);
    expect(cards[59]!.card.getSnapshot()).toMatchObject({ status: 'ready', card: { id: 'v-59' } });
    // Another one that looks at them within five minutes asks nothing.
    for (const { end } of cards.slice(1)) end();
    watch(story, messageWith(60), 1);
    await world.clock.pass(4 * 60_000);
    expect(questions).toHaveLength(2);
    await world.clock.pass(61_000);
    expect(questions.slice(2).flat()).toHaveLength(2);
    await world.close();
  });

  test('hides what isn’t for the viewer, was taken down, or is over', async () => {
    const story = await pair();
    const { world } = story;
    const expiresAt = new Date(world.clock.now + 120_000).toISOString();
    const { now } = unfurl(world, ({ index }) =>
      [{ card: { type: 'video', id: 'v-0', gone: 'unavailable' } }, { code: 'message_unsent' }, { card: { ...video, expiresAt } }][index]!,
    );
    const [unavailable, refused, story24] = [0, 1, 2].map(index => watch(story, messageWith(3), index));
    await world.clock.pass(1000);
    expect(unavailable!.card.getSnapshot()).toEqual({ status: 'gone', reason: 'unavailable' });
    expect(refused!.card.getSnapshot()).toEqual({ status: 'gone', reason: 'unavailable' });
    expect(story24!.card.getSnapshot()).toMatchObject({ status: 'ready' });
    // It goes by itself, whether or not anybody can be asked.
    now.instead = 'lost';
    await world.clock.pass(120_000);
    expect(story24!.card.getSnapshot()).toEqual({ status: 'gone', reason: 'expired' });
    const revoked = messageWith(1, { cards: [{ type: 'video', id: 'v-0', gone: 'revoked' }] });
    expect(watch(story, revoked).card.getSnapshot()).toEqual({ status: 'gone', reason: 'revoked' });
    await world.close();
  });

  test('keeps its last answer while the service can’t be reached, and asks again when it can', async () => {
    const story = await pair();
    const { world } = story;
    const { now } = unfurl(world);
    const { card } = watch(story, messageWith(1));
    await world.clock.pass(1000);
    now.instead = { status: 503, body: { status: 503, code: 'unavailable', title: 'Not now.' } };
    const unknown = watch(story, messageWith(1, { messageId: 'm2' })).card;
    await world.clock.pass(400_000);
    expect(card.getSnapshot().status).toBe('ready');
    expect(unknown.getSnapshot()).toMatchObject({ status: 'failed', error: { code: 'unavailable' } });
    now.instead = undefined;
    now.answer = () => ({ card: { ...video, title: 'Another title' } });
    await world.clock.pass(100_000);
    expect([card, unknown].map(one => one.getSnapshot().card?.title)).toEqual(['Another title', 'Another title']);
    await world.close();
  });

  test('asks for nothing while the page is hidden, and at once when it shows again', async () => {
    const story = await pair();
    const { world, bob } = story;
    const { questions, now } = unfurl(world);
    const { card } = watch(story, messageWith(1));
    await world.clock.pass(1000);
    bob.isVisible = false;
    bob.notice();
    await world.clock.pass(3600_000);
    expect(questions).toHaveLength(1);
    expect(card.getSnapshot().status).toBe('ready');
    now.answer = () => ({ card: { ...video, title: 'Another title' } });
    bob.isVisible = true;
    bob.notice();
    await world.clock.pass(1000);
    expect(questions).toHaveLength(2);
    expect(card.getSnapshot().card?.title).toBe('Another title');
    await world.clock.pass(301_000);
    expect(questions).toHaveLength(3);
    await world.close();
  });

  test('shows what its sender sent until there is an answer', async () => {
    const story = await pair();
    const { now } = unfurl(story.world);
    now.instead = 'lost';
    const { card } = watch(story, messageWith(1, { isMine: true }));
    await story.world.clock.pass(60_000);
    expect(card.getSnapshot()).toMatchObject({ status: 'ready', card: { id: 'v-0' } });
    await story.world.close();
  });
});

test('The list says what kind of thing came last, and no more of it once it is taken back', async () => {
  const { world, id, bob, toBob } = await pair();
  const last = () => bob.chat.conversations().getSnapshot().conversations.find(one => one.conversationId === id)?.lastMessage;
  const kinds = [
    [{ cards: [{ type: 'live', id: 'l-1', title: 'Now' }] }, { card: 'live' }],
    [{ location: { latitude: 1, longitude: 2 } }, { attachment: 'location' }],
    [{ sticker: { packId: 'cats', stickerId: 'wave' } }, { attachment: 'sticker' }],
  ] as const;
  for (const [content, shown] of kinds) {
    const { messageId } = await soon(world, toBob.send(content).sent);
    await world.clock.pass(500);
    expect(last()).toMatchObject({ preview: '', ...shown });
    toBob.unsend(messageId);
    await world.clock.pass(500);
    expect(last()).toMatchObject({ isUnsent: true });
    expect([last()!.attachment, last()!.card]).toEqual([undefined, undefined]);
  }
  await world.close();
});

describe('A place and a sticker', () => {
  test('are rounded before they leave the device, and sent as they are', async () => {
    const { world, alice, toBob } = await pair();
    const window = look(toBob);
    await world.clock.pass(1000);
    const sent: unknown[] = [];
    world.intercept = (method, path, body) => {
      if (method === 'POST' && path.includes('/messages')) sent.push(body);
      return undefined;
    };
    const here = { latitude: 52.5162746, longitude: -13.3777041 };
    expect(placeOf(here, true)).toEqual({ latitude: 52.516275, longitude: -13.377704, exact: true });
    alice.setOnline(false);
    const [place, sticker] = [{ location: placeOf(here) }, { sticker: { packId: 'cats', stickerId: 'wave' } }];
    toBob.send(place);
    const last = toBob.send(sticker);
    expect(window.getSnapshot().messages).toMatchObject([{ location: { latitude: 52.516, longitude: -13.378 } }, sticker]);
    alice.setOnline(true);
    await soon(world, last.sent);
    expect(sent).toMatchObject([{ messages: [place, sticker] }]);
    await world.close();
  });

  test('come from packs that the device keeps', async () => {
    const { world, alice } = await pair();
    const packs = [{ packId: 'cats', title: 'Cats', stickers: [{ stickerId: 'wave', url: 'https://cdn.example/wave.webp' }] }];
    let count = 0;
    world.intercept = (_, path) => (path === '/sticker-packs' ? { status: 200, body: { stickerPacks: packs }, count: count++ } : undefined);
    const { stickerPacks } = sharingOf(alice.chat);
    await world.clock.pass(1000);
    expect(count).toBe(0);
    stickerPacks.subscribe(() => {});
    await world.clock.pass(1000);
    expect(stickerPacks.getSnapshot()).toEqual({ status: 'ready', value: packs });
    alice.kill();
    const again = alice.device.open();
    again.setOnline(false);
    const kept = sharingOf(again.chat).stickerPacks;
    kept.subscribe(() => {});
    await world.clock.pass(1000);
    expect(kept.getSnapshot().value).toEqual(packs);
    await world.close();
  });
});

describe('GIFs', () => {
  const gif = { id: 'g-7', url: 'https://g.example/7', previewUrl: 'https://g.example/7s', width: 320, height: 240, title: 'A cat' };

  test('are searched for, page by page, and sent as cards', async () => {
    const { world, alice, toBob } = await pair();
    const [asked, sent]: [string[], unknown[]] = [[], []];
    world.intercept = (method, path, body, _, query) => {
      if (method === 'POST' && path.endsWith('/messages')) sent.push(body['cards']);
      if (path !== '/gifs') return undefined;
      asked.push(query.toString());
      return { status: 200, body: { gifs: [gif], cursor: '24' } };
    };
    const { gifs, cursor } = await soon(world, sharingOf(alice.chat).searchGifs(' café & cat '));
    await soon(world, sharingOf(alice.chat).searchGifs(' ', { limit: 12, cursor }));
    expect(asked).toEqual(['q=caf%C3%A9+%26+cat', 'limit=12&cursor=24']);
    await soon(world, toBob.send({ cards: [gifCardOf(gifs[0]!)] }).sent);
    expect(sent).toEqual([[{ type: 'gif', id: 'g-7', title: 'A cat', thumbnailUrl: 'https://g.example/7' }]]);
    await world.close();
  });

  test('are refused where there are none, and not asked for when nobody waits any more', async () => {
    const { world, alice } = await pair();
    let count = 0;
    world.intercept = (_, path) =>
      path === '/gifs' ? { status: 403, body: { status: 403, code: 'gifs_disabled', title: 'No.' }, count: ++count } : undefined;
    await expect(soon(world, sharingOf(alice.chat).searchGifs('cat'))).rejects.toMatchObject({ code: 'gifs_disabled' });
    const left = sharingOf(alice.chat).searchGifs('cat', { signal: AbortSignal.abort() });
    await expect(soon(world, left)).rejects.toMatchObject({ code: 'unreachable' });
    expect(count).toBe(1);
    await world.close();
  });
});

test('What is taken back leaves nothing of what it shared on any device', async () => {
  const { world, id, toBob, toAlice } = await pair();
  const windows = [look(toBob), look(toAlice)];
  const { messageId } = await soon(world, toBob.send({ text: 'https://trams.example' }).sent);
  const linkPreview = { url: 'https://trams.example', title: 'Trams' };
  const shared = { cards: [video], location: { latitude: 1, longitude: 2 }, linkPreview };
  Object.assign(world.service.conversations.get(id)!.messages.get(messageId)!, shared);
  toBob.edit(messageId, 'See https://trams.example');
  await world.clock.pass(5000);
  for (const window of windows) expect(window.getSnapshot().messages).toMatchObject([shared]);
  toBob.unsend(messageId);
  await world.clock.pass(5000);
  for (const window of windows) {
    const [message] = window.getSnapshot().messages;
    expect(message).toHaveProperty('unsentAt');
    for (const name of Object.keys(shared)) expect(message).not.toHaveProperty(name);
  }
  await world.close();
});
