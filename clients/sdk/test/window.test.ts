import { describe, expect, test } from 'vitest';
import { ChatError } from '../src/index.js';
import { asked, isOnline, look, pair, say, soon, texts } from './support/story.js';
import { World } from './support/world.js';

async function long(count: number) {
  const story = await pair();
  const { world, toBob } = story;
  const all = Array.from({ length: count }, (_, index) => `m${index + 1}`);
  for (const text of all) toBob.send({ text });
  await world.clock.pass(10_000);
  return { ...story, all };
}

describe('A window', () => {
  test('shows the newest page, and goes back by pages to the beginning', async () => {
    const { world, all, toAlice } = await long(120);
    const window = look(toAlice);
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(70));
    expect(window.getSnapshot()).toMatchObject({ status: 'ready', hasBefore: true, hasAfter: false, hasHole: false });
    const loads = [window.loadBefore(), window.loadBefore()];
    expect(window.getSnapshot().isLoadingBefore).toBe(true);
    await soon(world, Promise.all(loads));
    expect(texts(window)).toEqual(all.slice(20));
    await soon(world, window.loadBefore());
    expect(texts(window)).toEqual(all);
    expect(window.getSnapshot()).toMatchObject({ hasBefore: false, isLoadingBefore: false });
    await world.close();
  });

  test('has at most five pages, wherever it goes, and ends at what comes', async () => {
    const { world, all, toBob, toAlice } = await long(80);
    const window = look(toAlice, { pageSize: 5 });
    await world.clock.pass(1000);
    const shown = () => {
      const { messages, hasBefore, hasAfter } = window.getSnapshot();
      return [messages[0]!.text, messages.at(-1)!.text, messages.length, hasBefore, hasAfter];
    };
    while (window.getSnapshot().hasBefore) await soon(world, window.loadBefore());
    expect(shown()).toEqual(['m1', 'm25', 25, false, true]);
    expect(texts(window)).toEqual(all.slice(0, 25));
    while (window.getSnapshot().hasAfter) await soon(world, window.loadAfter());
    expect(shown()).toEqual(['m56', 'm80', 25, true, false]);
    await say(world, toBob, 'newest');
    await world.clock.pass(1000);
    expect(texts(window).at(-1)).toBe('newest');
    await world.close();
  });

  test('around a place goes both ways, and ends at what comes', async () => {
    const { world, all, toBob, toAlice } = await long(200);
    const window = look(toAlice, { around: 51, pageSize: 20 });
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(40, 60));
    expect(window.getSnapshot()).toMatchObject({ hasBefore: true, hasAfter: true });
    await soon(world, window.loadAfter());
    expect(texts(window)).toEqual(all.slice(40, 80));
    toAlice.send({ text: 'not here' });
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(40, 80));
    while (window.getSnapshot().hasAfter) await soon(world, window.loadAfter());
    await say(world, toBob, 'last');
    await world.clock.pass(1000);
    expect(texts(window)).toEqual([...all.slice(101), 'not here', 'last']);
    await soon(world, window.jumpTo(10));
    expect(texts(window)[0]).toBe('m1');
    await soon(world, window.jumpTo('newest'));
    expect(texts(window).at(-1)).toBe('last');
    await world.close();
  });

  test('is answered from the device where that has it, and from there alone while offline', async () => {
    const { world, all, id } = await long(120);
    const bob = world.device('bob').open();
    await world.clock.pass(1000);
    const conversation = bob.chat.conversation(id);
    const window = look(conversation);
    await world.clock.pass(1000);
    await soon(world, window.loadBefore());
    bob.setOnline(false);
    const again = look(conversation);
    await world.clock.pass(1000);
    await soon(world, again.loadBefore());
    expect(texts(again)).toEqual(all.slice(20));
    await soon(world, again.loadBefore());
    expect(again.getSnapshot().error).toBeInstanceOf(ChatError);
    bob.setOnline(true);
    await world.clock.until('Bob is online', () => isOnline(bob));
    await soon(world, again.loadBefore());
    expect(texts(again)).toEqual(all);
    expect(again.getSnapshot().error).toBeUndefined();
    await world.close();
  });

  test('says which message was the first unread one, also when it was read', async () => {
    const { world, toBob, toAlice } = await pair();
    await say(world, toBob, 'one', 'two', 'three');
    await world.clock.pass(2000);
    toAlice.read(2);
    await world.clock.pass(2000);
    const window = look(toAlice);
    await world.clock.pass(1000);
    expect(window.getSnapshot().firstUnreadSeq).toBe(3);
    toAlice.read(3);
    await world.clock.pass(2000);
    expect(window.getSnapshot().firstUnreadSeq).toBe(3);
    await world.close();
  });

  test('is the same object until something changes, and so is each message', async () => {
    const { world, toBob, toAlice } = await pair();
    const window = look(toAlice);
    const [messageId] = await say(world, toBob, 'one', 'two');
    await world.clock.pass(3000);
    const before = window.getSnapshot();
    await world.clock.pass(100_000);
    expect(window.getSnapshot()).toBe(before);
    toBob.react(messageId!, '👍');
    await world.clock.pass(1000);
    const after = window.getSnapshot();
    expect(after).not.toBe(before);
    expect(after.messages[0]).not.toBe(before.messages[0]);
    expect(after.messages[1]).toBe(before.messages[1]);
    await world.close();
  });

  test('of a thread shows its replies, those that wait as well', async () => {
    const { world, bob, toBob, toAlice } = await pair();
    const [root] = await say(world, toBob, 'root');
    for (let count = 1; count <= 30; count++) toBob.send({ text: `r${count}`, threadId: root! });
    await say(world, toBob, 'beside');
    await world.clock.pass(1000);
    const window = toAlice.thread(root!, { pageSize: 20 });
    window.subscribe(() => {});
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(Array.from({ length: 20 }, (_, index) => `r${index + 11}`));
    await soon(world, window.loadBefore());
    expect(texts(window)).toHaveLength(30);
    bob.setOnline(false);
    toAlice.send({ text: 'mine', threadId: root! });
    expect(texts(window).at(-1)).toBe('mine');
    bob.setOnline(true);
    toBob.send({ text: 'theirs', threadId: root! });
    await world.clock.pass(5000);
    expect(texts(window).slice(-2).sort()).toEqual(['mine', 'theirs']);
    expect(texts(window)).toHaveLength(32);
    await world.close();
  });

  test('of what is not the user’s is gone', async () => {
    const { world, bob } = await pair();
    const window = look(bob.chat.conversation('c9'));
    await world.clock.pass(1000);
    expect(window.getSnapshot().status).toBe('gone');
    await world.close();
  });

  test('of what left the list, as that of somebody who is restricted, shows what the service lets the user read', async () => {
    const { world, id, toBob, toAlice } = await pair();
    const window = look(toAlice);
    await say(world, toBob, 'one');
    await world.clock.pass(2000);
    const item = { conversationId: id, version: 99, left: true };
    world.intercept = (_, path) =>
      path === '/sync' ? { status: 200, body: { resnapshot: false, items: [item], cursor: 'c', hasMore: false } } : undefined;
    await world.clock.pass(60_000);
    expect(toAlice.summary.getSnapshot()).toBeUndefined();
    expect(texts(window)).toEqual(['one']);
    await world.close();
  });

  test('tries again what failed while somebody looks', async () => {
    const { world, id, toBob } = await pair();
    await say(world, toBob, 'one');
    const second = world.device('bob').open();
    await world.clock.pass(1000);
    let failures = 0;
    world.intercept = (_, path) => (path.endsWith('/messages') && failures++ < 5 ? { status: 503 } : undefined);
    const window = look(second.chat.conversation(id));
    await world.clock.pass(50);
    expect(window.getSnapshot().error?.status).toBe(503);
    await world.clock.until('it shows', () => texts(window).length === 1);
    expect(window.getSnapshot().error).toBeUndefined();
    await world.close();
  });
});

describe('A refusal', () => {
  test('has the code, the status, the detail and when to try again', async () => {
    const { world, toBob } = await pair();
    const body = { status: 429, code: 'rate_limited', title: 'Too often.', detail: 'Wait.', limit: { name: 'slowMode', value: 60 } };
    world.intercept = () => ({ status: 429, body, headers: { 'Retry-After': '60' } });
    const error: ChatError = await soon(
      world,
      toBob.revisions('m').then(
        () => Promise.reject(new Error('It succeeded.')),
        (error: ChatError) => error,
      ),
    );
    expect(error).toMatchObject({
      code: 'rate_limited',
      status: 429,
      detail: 'Wait.',
      retryAfter: 60,
      limit: { name: 'slowMode', value: 60 },
      message: 'Too often. Wait.',
    });
    expect(error.isTransient).toBe(true);
    await world.close();
  });

  test('without a word of the service’s is one as well, and what can succeed is asked for again, with the session', async () => {
    const { world, id, alice, toBob } = await pair();
    await say(world, toBob, 'one');
    let tries = 0;
    world.intercept = () => (tries++ < 2 ? { status: 502 } : { status: 204 });
    await soon(world, toBob.pin('m'));
    expect(tries).toBe(3);
    world.intercept = () => 'lost';
    await expect(
      soon(world, alice.chat.api.get('/conversations/{conversationId}/pins', { path: { conversationId: id } })),
    ).rejects.toMatchObject({ code: 'unreachable', status: 0 });
    world.intercept = () => ({ status: 404, body: 'nonsense' });
    await expect(soon(world, alice.chat.api.get('/me/privacy'))).rejects.toMatchObject({ code: 'unknown', status: 404 });
    expect(asked(world, /POST .*messages$/)).toHaveLength(1);
    await world.close();
  });
});

test('A chat is shared by all that create it for the same user, and closed a second after the last of them', async () => {
  const { Client } = await import('../src/client.js');
  const world = new World();
  const tab = world.device('alice').open();
  const env = tab.env;
  await world.clock.pass(1000);
  const options = { baseUrl: 'https://chat.example', userId: 'alice', token: () => tab.token() };
  const [first, second] = [Client.shared(env, options), Client.shared(env, { ...options, token: () => tab.token() })];
  expect(first.conversation('c')).toBe(second.conversation('c'));
  void first.close();
  void first.close();
  await world.clock.pass(2000);
  expect(second.connection.getSnapshot().status).not.toBe('closed');
  // As React's StrictMode does.
  void second.close();
  const third = Client.shared(env, options);
  await world.clock.pass(2000);
  expect(third.connection.getSnapshot().status).not.toBe('closed');
  expect(third.conversation('c')).toBe(second.conversation('c'));
  void third.close();
  await world.clock.pass(2000);
  expect(third.connection.getSnapshot().status).toBe('closed');
  expect(Client.shared(env, options).connection.getSnapshot().status).not.toBe('closed');
});
