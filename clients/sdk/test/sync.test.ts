import { describe, expect, test } from 'vitest';
import { asked, isOnline, look, pair, say, soon, texts } from './support/story.js';
import { World } from './support/world.js';

test('Each conversation has its own sessions, of its newest answer and its newest event', async () => {
  const { world, id, toBob } = await pair();
  look(toBob);
  await say(world, toBob, 'one', 'two');
  const group = await soon(world, world.tabs[0]!.chat.createGroup({ title: 'All', members: ['bob'] }));
  look(group);
  await say(world, group, 'three');
  await world.clock.pass(1000);
  await say(world, toBob, 'four');
  await world.clock.pass(1000);
  for (const of of [id, group.conversationId]) {
    const sent = world.sessions.filter(([path]) => path.includes(of)).map(([, session]) => session);
    expect(sent.flatMap(session => session.split(',')).every(session => session.includes(of))).toBe(true);
    expect(sent.at(-1)!.split(',')).toHaveLength(2);
  }
  await world.close();
});

test('Connections that are lost at once again are made less and less often, until one lasts', async () => {
  const world = new World();
  const tab = world.device('alice').open();
  await world.clock.until('it is online', () => isOnline(tab));
  await world.clock.pass(40_000);
  let isUnsteady = true;
  world.connect = async (_, { token, closed }) => {
    await token();
    if (isUnsteady) world.clock.after(100, closed);
    return { stop: async () => {} };
  };
  tab.loseConnection();
  const before = tab.connects;
  await world.clock.pass(600_000);
  expect(tab.connects - before).toBeLessThan(80);
  isUnsteady = false;
  await world.clock.until('it is online', () => isOnline(tab));
  await world.clock.pass(40_000);
  tab.loseConnection();
  const { now } = world.clock;
  await world.clock.until('it is online', () => isOnline(tab));
  expect(world.clock.now - now).toBeLessThan(1500);
  await world.close();
});

test('A network that lets no pushes through still shows the list and what is on the screen, half a minute late', async () => {
  const { world, toBob } = await pair();
  const { connect } = world;
  const bob = world.device('bob').open();
  world.connect = async (tab, options) => {
    if (tab === bob) throw new Error('WebSockets are blocked.');
    return await connect.call(world, tab, options);
  };
  const window = look(bob.chat.conversation(toBob.conversationId));
  for (const text of ['one', 'two', 'three']) {
    await say(world, toBob, text);
    await world.clock.pass(40_000);
    expect(texts(window).at(-1)).toBe(text);
    expect(bob.chat.conversations().getSnapshot().conversations[0]).toMatchObject({ lastMessage: { preview: text } });
  }
  expect(bob.chat.connection.getSnapshot().status).toBe('offline');
  world.connect = connect;
  await world.clock.until('Bob is online', () => isOnline(bob));
  await world.close();
});

describe('Catching up', () => {
  test('shows what was said while away, in the list and on the screen', async () => {
    const { world, bob, toBob, toAlice } = await pair();
    const window = look(toAlice);
    await say(world, toBob, 'one');
    await world.clock.pass(1000);
    bob.setOnline(false);
    await say(world, toBob, 'two', 'three');
    bob.setOnline(true);
    await world.clock.until('Bob is online', () => isOnline(bob));
    expect(texts(window)).toEqual(['one', 'two', 'three']);
    expect(bob.chat.conversations().getSnapshot().conversations[0]).toMatchObject({ unreadCount: 3, lastMessage: { preview: 'three' } });
    await world.close();
  });

  // A list follows by up to a second, so the first sync may be too early.
  test.each(Array.from({ length: 25 }, (_, index) => index * 40))(
    'misses no commit %i ms after connecting began, without another one',
    async offset => {
      const { world, bob, toBob } = await pair();
      world.service.lag = () => 900;
      await say(world, toBob, 'one');
      await world.clock.pass(3000);
      bob.loseConnection();
      await world.clock.pass(offset);
      await say(world, toBob, 'two');
      await world.clock.pass(8000);
      expect(bob.chat.conversations().getSnapshot().conversations[0]?.lastMessage?.preview).toBe('two');
      await world.close();
    },
  );

  test('asks again 5 and 60 s after connecting, and what is on the screen for what moves no list', async () => {
    const { world, bob, toAlice, id } = await pair();
    look(toAlice);
    await world.clock.pass(100_000);
    bob.loseConnection();
    await world.clock.until('Bob is online', () => isOnline(bob) && bob.connects === 2);
    world.service.requests.length = 0;
    await world.clock.pass(4000);
    expect(asked(world, /bob GET \/sync/)).toHaveLength(0);
    await world.clock.pass(2000);
    expect(asked(world, /bob GET \/sync/)).toHaveLength(1);
    await world.clock.pass(60_000);
    expect(asked(world, /bob GET \/sync/)).toHaveLength(2);
    expect(asked(world, new RegExp(`bob GET /conversations/${id}/events`))).toHaveLength(2);
    await world.close();
  });

  test('goes on from the old cursor when the page was not kept', async () => {
    const { world, bob, toBob } = await pair();
    const device = bob.device;
    await world.clock.pass(5000);
    bob.setOnline(false);
    await say(world, toBob, 'one');
    await world.clock.pass(2000);
    bob.setOnline(true);
    await world.clock.until('the page is asked for', () => asked(world, /bob GET \/sync/).length > 3);
    bob.kill();
    const again = device.open();
    await world.clock.until('Bob is online', () => isOnline(again));
    expect(again.chat.conversations().getSnapshot().conversations[0]?.lastMessage?.preview).toBe('one');
    expect(asked(world, /bob GET \/sync/).at(-1)).toContain('cursor=');
    await world.close();
  });

  test('shows the newest page where the gap is larger, and what lies before it is asked for when it is looked at', async () => {
    const { world, bob, toBob, toAlice } = await pair();
    const window = look(toAlice);
    await say(world, toBob, 'first');
    await world.clock.pass(1000);
    bob.setOnline(false);
    const all = Array.from({ length: 150 }, (_, index) => `m${index}`);
    for (const text of all) toBob.send({ text });
    await world.clock.pass(20_000);
    bob.setOnline(true);
    world.service.requests.length = 0;
    await world.clock.until('Bob is online', () => isOnline(bob));
    expect(texts(window)).toEqual(all.slice(-50));
    expect(asked(world, /bob GET .*afterSeq=2&/)).toEqual([]);
    while (window.getSnapshot().hasBefore) await soon(world, window.loadBefore());
    expect(texts(window)).toEqual(['first', ...all]);
    await world.close();
  });

  test('does not read a long gap entry by entry, whatever place is looked at', async () => {
    const { world, bob, toBob, toAlice } = await pair();
    await say(world, toBob, 'first');
    const window = look(toAlice, { around: 2 });
    await world.clock.pass(1000);
    bob.setOnline(false);
    for (let count = 0; count < 150; count++) toBob.send({ text: `m${count}` });
    await world.clock.pass(20_000);
    bob.setOnline(true);
    world.service.requests.length = 0;
    await world.clock.until('Bob is online', () => isOnline(bob));
    await world.clock.pass(2000);
    expect(asked(world, /bob GET .*afterSeq=2&/)).toEqual([]);
    expect(texts(window).at(-1)).toBe('m149');
    await world.close();
  });

  test('begins anew when the store did, but keeps what waits in the outbox', async () => {
    const { world, id, alice, bob, toBob, toAlice } = await pair();
    const window = look(toAlice);
    await say(world, toBob, 'one', 'lost');
    await world.clock.pass(1000);
    bob.chat.conversation(id).setPreferences({ pinned: true });
    world.intercept = (method, path) =>
      method === 'POST' && path.endsWith('/messages') ? { status: 503, headers: { 'Retry-After': '10' } } : undefined;
    toAlice.send({ text: 'waits' });
    await world.clock.pass(1000);
    // The failover lost the last commit, and its number goes to another one.
    const conversation = world.service.conversations.get(id)!;
    const last = [...conversation.messages.values()].find(({ text }) => text === 'lost')!;
    conversation.messages.delete(last.messageId);
    conversation.log.splice(last.seq - 1);
    world.service.storeEpoch = 2;
    // It isn't well again at once.
    let syncs = 0;
    world.intercept = (_, path) => (path === '/sync' && syncs++ < 4 ? { status: 503 } : undefined);
    toBob.send({ text: 'instead' });
    await world.clock.pass(20_000);
    expect(texts(window)).toEqual(['one', 'instead', 'waits']);
    expect(bob.chat.conversations('all').getSnapshot().conversations).toHaveLength(1);
    expect(alice.chat.outbox.getSnapshot()).toEqual([]);
    await world.close();
  });
});

describe('The list', () => {
  test('takes of two states of an entry the newer, in whatever order they come', async () => {
    const { world, id, bob } = await pair();
    const [connection] = bob.connections;
    const at = new Date(world.clock.now).toISOString();
    const push = async (version: number, pinned: boolean) => {
      connection!.events([
        { type: 'conversation.preferences.updated', conversationId: id, at, data: { version, pinned, archived: false } },
      ]);
      await world.clock.pass(100);
      return bob.chat.conversations().getSnapshot().conversations[0]?.preferences.pinned;
    };
    expect(await push(90, true)).toBe(true);
    expect(await push(80, false)).toBe(true);
    expect(await push(91, false)).toBe(false);
    await world.close();
  });

  test('says that a conversation is muted, and that it isn’t any more when its time is over', async () => {
    const { world, toBob } = await pair();
    const isMuted = () => toBob.summary.getSnapshot()!.isMuted;
    const seen: boolean[] = [];
    toBob.summary.subscribe(() => seen.push(isMuted()));
    toBob.setPreferences({ mutedUntil: new Date(world.clock.now + 60_000).toISOString() });
    await world.clock.pass(59_000);
    expect(isMuted()).toBe(true);
    await world.clock.pass(2000);
    expect([isMuted(), seen.at(-1)]).toEqual([false, false]);
    await world.close();
  });

  test('counts each message once, whatever comes late or twice, and not those that were read', async () => {
    const { world, bob, toBob, toAlice } = await pair();
    // No sync to come says how many there are.
    await world.clock.pass(70_000);
    world.chaos = { ...world.chaos, late: 400, doubled: 1 };
    await say(world, toBob, 'one', 'two', 'three');
    await world.clock.pass(3000);
    const unread = () => bob.chat.unread.getSnapshot();
    expect(unread()).toEqual({ conversations: 1, messages: 3 });
    toAlice.read(4);
    expect(bob.chat.conversations().getSnapshot().conversations[0]!.unreadCount).toBe(3);
    await world.clock.pass(2000);
    expect(unread()).toEqual({ conversations: 0, messages: 0 });
    await say(world, toBob, 'four');
    await world.clock.pass(3000);
    expect(unread()).toEqual({ conversations: 1, messages: 1 });
    toAlice.setPreferences({ mutedUntil: '9999-12-31T23:59:59.999Z' });
    await world.clock.pass(100);
    expect(unread()).toEqual({ conversations: 0, messages: 0 });
    await world.close();
  });

  test('loses a group that is deleted or that the user was removed from, with what was said there, also for stale items', async () => {
    const world = new World();
    world.service.lag = () => 800;
    const alice = world.device('alice').open();
    const bob = world.device('bob').open();
    await world.clock.pass(1000);
    const group = await soon(world, alice.chat.createGroup({ title: 'Trip', members: ['bob'] }));
    const window = look(bob.chat.conversation(group.conversationId));
    await say(world, group, 'one');
    await world.clock.pass(500);
    expect(texts(window)).toEqual(['one']);
    await soon(world, group.removeMember('bob'));
    await world.clock.pass(3000);
    expect(window.getSnapshot()).toMatchObject({ status: 'gone', messages: [] });
    expect(bob.chat.conversations('all').getSnapshot().conversations).toEqual([]);
    // Who is added again begins with what follows.
    await soon(world, group.addMembers(['bob']));
    await say(world, group, 'two');
    await world.clock.pass(5000);
    const again = look(bob.chat.conversation(group.conversationId));
    await world.clock.pass(1000);
    expect(texts(again)).toEqual(['two']);
    await soon(world, group.delete());
    await world.clock.pass(3000);
    expect(bob.chat.conversations('all').getSnapshot().conversations).toEqual([]);
    expect(again.getSnapshot().status).toBe('gone');
    await world.close();
  });

  test('shows what others began at once', async () => {
    const { world, bob } = await pair();
    const carol = world.device('carol').open();
    await world.clock.pass(1000);
    const made = await soon(world, carol.chat.createGroup({ title: 'Dinner', members: ['bob'] }));
    await world.clock.pass(500);
    expect(
      bob.chat
        .conversations()
        .getSnapshot()
        .conversations.map(({ title }) => title),
    ).toContain('Dinner');
    expect(made.summary.getSnapshot()?.title).toBe('Dinner');
    await world.close();
  });
});
