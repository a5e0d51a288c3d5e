import { describe, expect, test, vi } from 'vitest';
import { ChatError, type NewMessage } from '../src/index.js';
import { asked, isOnline, look, pair, say, soon, texts } from './support/story.js';

const stored = (all: readonly { text: string }[]) => all.map(({ text }) => text);

describe('A message in the outbox', () => {
  test('goes out although an answer before wasn’t understood, and listeners of the app throw', async () => {
    const { world, id, alice, toBob } = await pair();
    const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
    alice.chat.on('message.created', () => {
      throw new Error('the app');
    });
    const window = look(toBob);
    window.subscribe(() => {
      throw new Error('the app');
    });
    let answers = 0;
    world.intercept = (method, path) =>
      method === 'POST' && path.endsWith('/batch') && !answers++ ? { status: 200, body: { results: null } } : undefined;
    alice.setOnline(false);
    const all = ['one', 'two'].map(text => toBob.send({ text }).sent);
    alice.setOnline(true);
    for (const sent of all) await soon(world, sent);
    await say(world, alice.chat.conversation(id), 'three');
    await say(world, alice.chat.conversation(id), 'four');
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(['one', 'two', 'three', 'four']);
    expect(answers).toBeGreaterThan(0);
    expect(errors).toHaveBeenCalled();
    errors.mockRestore();
    await world.close();
  });

  test('shows at once, under the key that it keeps, and is sent once whatever answers get lost', async () => {
    const { world, id, toBob } = await pair();
    const window = look(toBob);
    await world.clock.pass(1000);
    let attempts = 0;
    world.intercept = (method, path, body) => {
      if (method !== 'POST' || !path.endsWith('/messages') || ++attempts > 3) return undefined;
      // Done, but nobody hears of it.
      if (attempts === 2) world.service.answer('alice', method, path, new URLSearchParams(), body);
      return attempts === 1 ? { status: 503, headers: { 'Retry-After': '1' } } : 'lost';
    };
    world.chaos = { ...world.chaos, dropped: 1 };
    const { sent } = toBob.send({ text: 'Hello' });
    const [view] = window.getSnapshot().messages;
    expect(view).toMatchObject({ text: 'Hello', state: 'queued', isMine: true });
    const message = await soon(world, sent);
    expect(message.text).toBe('Hello');
    expect(window.getSnapshot().messages.map(({ key, state, seq }) => [key, state, seq])).toEqual([[view!.key, 'sent', message.seq]]);
    expect(stored(world.service.messages('bob', id))).toEqual(['Hello']);
    expect(attempts).toBe(4);
    await world.close();
  });

  test('waits for a connection without running out, and those behind it keep their order, in one request', async () => {
    const { world, id, alice, toBob } = await pair();
    alice.setOnline(false);
    const all = ['one', 'two', 'three', 'four'];
    for (const text of all) toBob.send({ text });
    await world.clock.sleep(24 * 3600_000);
    expect(alice.chat.outbox.getSnapshot().map(({ state, text }) => [state, text])).toEqual(all.map(text => ['queued', text]));
    alice.setOnline(true);
    await world.clock.pass(5000);
    expect(stored(world.service.messages('bob', id))).toEqual(all);
    expect(asked(world, /alice POST .*messages\/batch/)).toHaveLength(1);
    expect(alice.chat.outbox.getSnapshot()).toEqual([]);
    await world.close();
  });

  test('that is refused stops itself alone', async () => {
    const { world, id, alice, toBob } = await pair();
    alice.setOnline(false);
    const [first, second, third] = ['one', 'refused', 'three'].map(text => toBob.send({ text }));
    alice.setOnline(true);
    await world.clock.pass(5000);
    await expect(second!.sent).rejects.toMatchObject({ code: 'content_refused', status: 422 });
    expect((await first!.sent).seq).toBeLessThan((await third!.sent).seq);
    expect(stored(world.service.messages('bob', id))).toEqual(['one', 'three']);
    const [failed] = alice.chat.outbox.getSnapshot();
    expect(failed).toMatchObject({ state: 'failed', text: 'refused' });
    expect(failed!.error).toBeInstanceOf(ChatError);
    // What the user does about it: says something else.
    alice.chat.outbox.edit(failed!.id, 'two');
    await world.clock.pass(3000);
    expect(stored(world.service.messages('bob', id))).toEqual(['one', 'three', 'two']);
    await world.close();
  });

  test('for which a whole batch is refused is found', async () => {
    const { world, id, alice, toBob } = await pair();
    alice.setOnline(false);
    for (const text of ['one', '', 'three']) toBob.send({ text });
    world.intercept = (_, path, body) =>
      path.endsWith('/batch') && (body['messages'] as NewMessage[]).some(({ text }) => text === '')
        ? {
            status: 400,
            body: {
              status: 400,
              code: 'malformed',
              title: 'No.',
              errors: [{ pointer: '/messages/1/text', code: 'too_short', detail: 'Empty.' }],
            },
          }
        : undefined;
    alice.setOnline(true);
    await world.clock.pass(5000);
    expect(stored(world.service.messages('bob', id))).toEqual(['one', 'three']);
    expect(alice.chat.outbox.getSnapshot().map(({ state }) => state)).toEqual(['failed']);
    await world.close();
  });

  test('goes out not before the service said', async () => {
    const { world, id, toBob } = await pair();
    let refusals = 0;
    const limited = { status: 429, code: 'rate_limited', title: 'Too often.', limit: { name: 'slowMode', value: 30 } };
    world.intercept = (method, path) =>
      method === 'POST' && path.endsWith('/messages') && !refusals++
        ? { status: 429, body: limited, headers: { 'Retry-After': '30' } }
        : undefined;
    const begin = world.clock.now;
    await soon(world, toBob.send({ text: 'Hello' }).sent);
    expect(world.clock.now - begin).toBeGreaterThanOrEqual(30_000);
    expect(stored(world.service.messages('bob', id))).toEqual(['Hello']);
    await world.close();
  });

  test('can be changed and cancelled while it waits', async () => {
    const { world, id, alice, toBob } = await pair();
    alice.setOnline(false);
    const [one, two] = [toBob.send({ text: 'one' }), toBob.send({ text: 'two' })];
    await world.clock.pass(100);
    const mentions = [{ userId: 'bob', offset: 0, length: 3 }];
    alice.chat.outbox.edit(one.outboxId, 'Bob', mentions);
    await world.clock.pass(100);
    expect(alice.chat.outbox.getSnapshot()[0]!.content).toMatchObject({ text: 'Bob', mentions });
    alice.chat.outbox.edit(one.outboxId, '@everyone', undefined, true);
    await world.clock.pass(100);
    expect(alice.chat.outbox.getSnapshot()[0]!.content).toMatchObject({ mentionsAll: true });
    alice.chat.outbox.edit(one.outboxId, 'ONE');
    await world.clock.pass(100);
    const { mentions: none, mentionsAll } = alice.chat.outbox.getSnapshot()[0]!.content!;
    expect([none, mentionsAll]).toEqual([undefined, undefined]);
    expect(await soon(world, alice.chat.outbox.cancel(two.outboxId))).toBe(true);
    await expect(two.sent).rejects.toMatchObject({ code: 'cancelled' });
    alice.setOnline(true);
    await world.clock.pass(3000);
    expect(stored(world.service.messages('bob', id))).toEqual(['ONE']);
    expect(await soon(world, alice.chat.outbox.cancel(one.outboxId))).toBe(false);
    await world.close();
  });

  test('that may be stored already is changed and taken back when that is known', async () => {
    const { world, id, alice, toBob } = await pair();
    world.chaos = { ...world.chaos, dropped: 1 };
    world.intercept = (method, path, body) => {
      if (method !== 'POST' || !path.includes('/messages')) return undefined;
      if (path.endsWith('/messages')) world.service.answer('alice', method, path, new URLSearchParams(), body);
      return 'lost';
    };
    const one = toBob.send({ text: 'one' });
    await world.clock.pass(1000);
    alice.chat.outbox.edit(one.outboxId, 'ONE');
    await world.clock.pass(100);
    expect(alice.chat.outbox.getSnapshot()[0]).toMatchObject({ state: 'queued', text: 'ONE' });
    world.intercept = () => undefined;
    await world.clock.pass(40_000);
    expect(stored(world.service.messages('bob', id))).toEqual(['ONE']);
    await world.close();
  });

  test('that is cancelled after an attempt is taken back when it turns out to be stored', async () => {
    const { world, id, alice, toBob } = await pair();
    look(toBob);
    world.chaos = { ...world.chaos, dropped: 1 };
    world.intercept = (method, path, body) => {
      if (method !== 'POST' || !path.endsWith('/messages')) return undefined;
      world.service.answer('alice', method, path, new URLSearchParams(), body);
      return 'lost';
    };
    const one = toBob.send({ text: 'one' });
    await world.clock.until('it was tried', () => world.service.messages('bob', id).length === 1);
    await world.clock.pass(300);
    expect(await soon(world, alice.chat.outbox.cancel(one.outboxId))).toBe(true);
    await world.heal();
    expect(world.service.messages('bob', id).map(({ text, unsentAt }) => [text, !!unsentAt])).toEqual([['', true]]);
    await world.close();
  });

  test('that is cancelled after an attempt is taken back once the first page of its conversation has it', async () => {
    const { world, id } = await pair();
    const tab = world.device('alice').open();
    await world.clock.until('it is online', () => isOnline(tab));
    const conversation = tab.chat.conversation(id);
    world.chaos = { ...world.chaos, dropped: 1 };
    world.intercept = (method, path, body) => {
      if (method !== 'POST' || !path.endsWith('/messages')) return undefined;
      world.service.answer('alice', method, path, new URLSearchParams(), body);
      return 'lost';
    };
    const one = conversation.send({ text: 'one' });
    await world.clock.until('it was tried', () => world.service.messages('bob', id).length === 1);
    await world.clock.pass(300);
    expect(await soon(world, tab.chat.outbox.cancel(one.outboxId))).toBe(true);
    look(conversation);
    await world.clock.pass(2000);
    expect(world.service.messages('bob', id).map(({ text, unsentAt }) => [text, !!unsentAt])).toEqual([['', true]]);
    await world.close();
  });

  test('is given up after 7 days', async () => {
    const { world, alice, toBob } = await pair();
    alice.setOnline(false);
    const { sent } = toBob.send({ text: 'old' });
    await world.clock.sleep(7 * 24 * 3600_000 + 1000);
    alice.setOnline(true);
    await world.clock.pass(3000);
    await expect(sent).rejects.toMatchObject({ code: 'expired' });
    await world.close();
  });

  test('survives that its tab is closed', async () => {
    const { world, id, alice, toBob } = await pair();
    const second = world.tabs.find(({ user }) => user === 'bob')!;
    alice.setOnline(false);
    const { queued } = toBob.send({ text: 'Hello' });
    await soon(world, queued);
    const device = alice.device;
    alice.kill();
    device.open();
    await world.clock.pass(5000);
    expect(stored(world.service.messages('bob', id))).toEqual(['Hello']);
    expect(second.isAlive).toBe(true);
    await world.close();
  });
});

describe('What is queued besides messages', () => {
  test('becomes one request for the same thing: the last wins, and undoing what waits cancels both', async () => {
    const { world, id, alice, toBob, toAlice } = await pair();
    const [messageId] = await say(world, toAlice, 'one');
    await world.clock.pass(1000);
    alice.setOnline(false);
    toBob.react(messageId!, '👍');
    toBob.unreact(messageId!, '👍');
    toBob.react(messageId!, '❤️');
    toBob.setPreferences({ pinned: true });
    toBob.setPreferences({ archived: true });
    toBob.setPreferences({ archived: false });
    await world.clock.pass(100);
    expect(alice.chat.outbox.getSnapshot().map(({ kind }) => kind)).toEqual(['react', 'preferences']);
    alice.setOnline(true);
    await world.clock.pass(5000);
    expect(asked(world, /reactions/)).toEqual([
      `alice PUT /conversations/${id}/messages/${messageId}/reactions/${encodeURIComponent('❤️')}`,
    ]);
    expect(asked(world, /PATCH .*preferences/)).toHaveLength(1);
    expect(alice.chat.conversations('all').getSnapshot().conversations[0]!.preferences).toEqual({ pinned: true, archived: false });
    await world.close();
  });

  test('shows before it is done, and not any more when it is refused', async () => {
    const { world, alice, toBob, toAlice } = await pair();
    const window = look(toBob);
    const [messageId] = await say(world, toAlice, 'one');
    await world.clock.pass(1000);
    world.intercept = (method, path) =>
      path.includes('/reactions/') && method === 'PUT'
        ? { status: 409, body: { status: 409, code: 'limit_reached', title: 'Too many.' } }
        : undefined;
    alice.setOnline(false);
    toBob.react(messageId!, '👍');
    expect(window.getSnapshot().messages[0]!.reactions).toEqual([{ key: '👍', count: 1, users: ['alice'], mine: true }]);
    alice.setOnline(true);
    await world.clock.pass(5000);
    expect(window.getSnapshot().messages[0]!.reactions).toEqual([]);
    expect(alice.chat.outbox.getSnapshot()).toMatchObject([{ kind: 'react', state: 'failed' }]);
    await world.close();
  });

  test('goes on while messages wait', async () => {
    const { world, toBob, toAlice } = await pair();
    const window = look(toBob);
    const [messageId] = await say(world, toAlice, 'one');
    world.intercept = (method, path) =>
      method === 'POST' && path.endsWith('/messages') ? { status: 503, headers: { 'Retry-After': '20' } } : undefined;
    toBob.send({ text: 'waits' });
    await world.clock.pass(1000);
    toBob.react(messageId!, '👍');
    await world.clock.pass(2000);
    expect(asked(world, /PUT .*reactions/)).toHaveLength(1);
    expect(texts(window)).toEqual(['one', 'waits']);
    await world.close();
  });
});

test('Preferences that were refused don’t spoil those that follow', async () => {
  const { world, alice, toBob } = await pair();
  world.intercept = (_, path, body) =>
    path.endsWith('/preferences') && 'mutedUntil' in body
      ? { status: 400, body: { status: 400, code: 'malformed', title: 'No.' } }
      : undefined;
  toBob.setPreferences({ mutedUntil: 'never' });
  await world.clock.pass(2000);
  expect(alice.chat.outbox.getSnapshot()).toMatchObject([{ kind: 'preferences', state: 'failed' }]);
  toBob.setPreferences({ pinned: true });
  await world.clock.pass(2000);
  expect(alice.chat.outbox.getSnapshot()).toEqual([]);
  expect(alice.chat.conversations('all').getSnapshot().conversations[0]!.preferences).toEqual({ pinned: true, archived: false });
  await world.close();
});
