import { describe, expect, test, vi } from 'vitest';
import { asked, isOnline, look, pair, say, soon, texts } from './support/story.js';
import { IDBFactory } from 'fake-indexeddb';
import { type Tab, World } from './support/world.js';

describe('Tabs of one device', () => {
  test('share one connection and show the same', async () => {
    const { world, bob, id, toBob, toAlice } = await pair();
    const second = bob.device.open();
    await world.clock.until('the second tab is online', () => isOnline(second));
    const windows = [look(toAlice), look(second.chat.conversation(id))];
    await world.clock.pass(500);
    await say(world, toBob, 'one');
    await world.clock.pass(500);
    expect(windows.map(texts)).toEqual([['one'], ['one']]);
    expect([bob.connects, second.connects]).toEqual([1, 0]);
    expect([bob, second].map(tab => tab.chat.connection.getSnapshot().isLeader)).toEqual([true, false]);
    await world.close();
  });

  test('hand over when the one that leads is killed, with what it was sending', async () => {
    const { world, bob, id, toAlice } = await pair();
    const second = bob.device.open();
    await world.clock.pass(1000);
    // Nobody hears that it is stored.
    world.chaos = { ...world.chaos, dropped: 1 };
    world.intercept = (method, path, body) => {
      if (method !== 'POST' || !path.endsWith('/messages')) return undefined;
      world.service.answer('bob', method, path, new URLSearchParams(), body);
      world.intercept = () => undefined;
      bob.kill();
      return 'lost';
    };
    toAlice.send({ text: 'one' });
    await world.clock.until('the other one leads', () => second.chat.connection.getSnapshot().isLeader && isOnline(second));
    await world.clock.pass(3000);
    expect(second.connects).toBe(1);
    expect(second.chat.outbox.getSnapshot()).toEqual([]);
    expect(world.service.messages('alice', id).map(({ text }) => text)).toEqual(['one']);
    await world.close();
  });

  test('that follow send by the one that leads, and learn what became of it', async () => {
    const { world, bob, id } = await pair();
    const second = bob.device.open();
    await world.clock.pass(1000);
    const window = look(second.chat.conversation(id));
    await world.clock.pass(500);
    const { sent } = second.chat.conversation(id).send({ text: 'one' });
    expect(texts(window)).toEqual(['one']);
    expect((await soon(world, sent)).text).toBe('one');
    await world.clock.pass(500);
    expect(window.getSnapshot().messages.map(({ state }) => state)).toEqual(['sent']);
    expect(second.connects).toBe(0);
    await world.close();
  });

  test('are signed out together, and nothing is left', async () => {
    const { world, bob, id, toBob } = await pair();
    const device = bob.device;
    const second = device.open();
    await say(world, toBob, 'one');
    await world.clock.pass(1000);
    await soon(world, second.chat.signOut());
    await world.clock.pass(1000);
    expect([bob, second].map(tab => tab.chat.connection.getSnapshot().status)).toEqual(['closed', 'closed']);
    expect(await (device.databases as unknown as IDBFactory).databases()).toEqual([]);
    expect(bob.connections.size).toBe(0);
    await expect(soon(world, bob.chat.conversation(id).message('m'))).rejects.toMatchObject({ code: 'closed' });
    await world.close();
  });
});

describe('A tab whose store no other one has', () => {
  test('works beside others, leads itself, and is signed out with them', async () => {
    const { world, bob, id, toBob, toAlice } = await pair();
    const alone = bob.device.open({ storage: 'memory' });
    await world.clock.until('it is online', () => isOnline(alone));
    const windows = [look(toAlice), look(alone.chat.conversation(id))];
    await world.clock.pass(2000);
    await say(world, toBob, 'one');
    alone.chat.conversation(id).send({ text: 'two' });
    await world.clock.pass(3000);
    expect(windows.map(texts)).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect([bob.connects, alone.connects]).toEqual([1, 1]);
    await soon(world, bob.chat.signOut());
    await world.clock.pass(1000);
    expect(alone.chat.connection.getSnapshot().status).toBe('closed');
    await world.close();
  });

  test('lets go of the lead when it loses the disk, and goes on by itself', async () => {
    const { world, bob, id, toBob } = await pair();
    const second = bob.device.open({ databases: new IDBFactory() });
    const windows = [bob, second].map(tab => look(tab.chat.conversation(id)));
    await world.clock.pass(2000);
    expect(bob.chat.connection.getSnapshot().isLeader).toBe(true);
    bob.device.databases.deleteDatabase('chat-functions https://chat.example bob');
    await world.clock.until('both lead', () => [bob, second].every(tab => tab.chat.connection.getSnapshot().isLeader && isOnline(tab)));
    await say(world, toBob, 'one');
    bob.chat.conversation(id).send({ text: 'two' });
    await world.clock.pass(3000);
    expect(windows.map(texts)).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
    expect(bob.chat.storage.getSnapshot().isDegraded).toBe(true);
    await world.close();
  });
});

test('What the disk has goes at signing out, also when it failed meanwhile', async () => {
  const { world, bob, toBob } = await pair();
  await say(world, toBob, 'secret');
  await world.clock.pass(1000);
  const { databases } = bob.device;
  const fail = vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(() => {
    throw new DOMException('The disk is full.', 'QuotaExceededError');
  });
  await say(world, toBob, 'two');
  await world.clock.until('it is noticed', () => bob.chat.storage.getSnapshot().isDegraded);
  fail.mockRestore();
  expect(await databases.databases()).toHaveLength(1);
  await soon(world, bob.chat.signOut());
  expect(await databases.databases()).toEqual([]);
  await world.close();
});

describe('The token', () => {
  test('is asked for once by all who need it, and again before it expires: the connection changes over without a gap', async () => {
    const world = new World();
    const device = world.device('alice');
    const tab = device.open();
    tab.tokenLife = 600;
    await world.clock.pass(3000);
    const before = tab.tokens;
    expect(before).toBe(1);
    let most = 0;
    let least = Infinity;
    for (let minute = 0; minute < 30; minute++) {
      await world.clock.pass(60_000);
      most = Math.max(most, tab.connections.size);
      least = Math.min(least, tab.connections.size);
    }
    expect(tab.tokens).toBeGreaterThanOrEqual(4);
    expect(tab.tokens).toBeLessThanOrEqual(6);
    expect([least, most]).toEqual([1, 1]);
    expect(tab.chat.connection.getSnapshot().status).toBe('online');
    await world.close();
  });

  test('that is refused in the middle of anything is replaced, and nothing else is noticed', async () => {
    const { world, alice, id, toBob } = await pair();
    const refused = { status: 401, body: { status: 401, code: 'token_expired', title: 'Expired.' } };
    let refusals = 0;
    world.intercept = () => (refusals++ < 1 ? refused : undefined);
    const before = alice.tokens;
    const all = Promise.all([toBob.revisions('m').catch(() => {}), soon(world, toBob.send({ text: 'one' }).sent)]);
    await soon(world, all);
    expect(alice.tokens).toBe(before + 1);
    expect(world.service.messages('bob', id).map(({ text }) => text)).toEqual(['one']);
    await world.close();
  });

  test('that is refused when connecting is replaced', async () => {
    const world = new World();
    const tab = world.device('alice').open();
    const texts: string[] = [];
    const { connect } = world;
    world.connect = async (_, { token }) => {
      texts.push(await token());
      if (texts.length < 3) throw new Error("Failed to complete negotiation with the server: Status code '401'");
      return await connect.call(world, _, { token } as never);
    };
    await world.clock.until('it is online', () => isOnline(tab));
    expect(new Set(texts).size).toBe(3);
    await world.close();
  });

  test('that the app cannot get makes the chat offline, and what waits is sent when it can', async () => {
    const world = new World();
    const device = world.device('alice');
    let fails = true;
    const tab: Tab = device.open({
      token: () => {
        if (fails) throw new Error('Log in first.');
        return tab.token();
      },
    });
    await world.clock.pass(3000);
    expect(tab.chat.connection.getSnapshot()).toMatchObject({
      status: 'offline',
      error: { code: 'token_failed', detail: 'Log in first.' },
    });
    fails = false;
    await world.clock.until('it is online', () => isOnline(tab));
    await world.close();
  });

  test.each([undefined, 'alice'])('of another user closes the chat, given as %s', async userId => {
    const world = new World();
    const [alice, bob] = [world.device('alice'), world.device('bob').open()];
    let isOther = false;
    const tab: Tab = alice.open({ userId, token: () => (isOther ? bob.token() : tab.token()) });
    await world.clock.until('it is online', () => isOnline(tab));
    expect(tab.chat.connection.getSnapshot().userId).toBe('alice');
    isOther = true;
    world.intercept = () => ({ status: 401, body: { status: 401, code: 'token_expired', title: 'Expired.' } });
    await soon(
      world,
      tab.chat.startDirect('bob').catch(() => {}),
    );
    expect(tab.chat.connection.getSnapshot().status).toBe('closed');
    expect(asked(world, /POST \/conversations/)).toEqual([]);
    await world.close();
  });
});
