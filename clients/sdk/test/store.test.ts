import { describe, expect, test } from 'vitest';
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { openDatabase } from '../src/database.js';
import { Memory } from '../src/memory.js';
import { add, type Range } from '../src/ranges.js';
import { type Engine, type Key, under } from '../src/store.js';
import { asked, isOnline, look, pair, say, soon, texts } from './support/story.js';
import { randomOf } from './support/clock.js';
import { type Device, World } from './support/world.js';

describe('What the device keeps', () => {
  test('is there before, and without, a connection', async () => {
    const { world, bob, id, toBob, toAlice } = await pair();
    look(toAlice);
    await say(world, toBob, 'one', 'two');
    await world.clock.pass(1000);
    const device = bob.device;
    bob.kill();
    const again = device.open();
    again.isOnline = false;
    const window = look(again.chat.conversation(id));
    await world.clock.pass(100);
    expect(again.chat.connection.getSnapshot().status).toBe('offline');
    expect(texts(window)).toEqual(['one', 'two']);
    expect(again.chat.conversations().getSnapshot()).toMatchObject({
      isLoaded: true,
      conversations: [{ conversationId: id, lastMessage: { preview: 'two' } }],
    });
    await world.close();
  });

  test('forgets what the user deleted for themselves, on all devices and whatever was on its way', async () => {
    const { world, id, toBob, toAlice } = await pair();
    const second = world.device('bob').open();
    await world.clock.pass(2000);
    const windows = [look(toAlice), look(second.chat.conversation(id))];
    const [messageId] = await say(world, toBob, 'secret', 'two');
    await world.clock.pass(1000);
    const page = world.service.messages('bob', id);
    toAlice.hide(messageId!);
    expect(texts(windows[0]!)).toEqual(['two']);
    await world.clock.pass(1000);
    expect(windows.map(texts)).toEqual([['two'], ['two']]);
    // A page from before comes late.
    world.intercept = (_, path) =>
      path.endsWith('/messages') ? { status: 200, body: { messages: page, fromSeq: 1, toSeq: 3, hasMore: false } } : undefined;
    void windows[1]!.jumpTo(1);
    second.loseConnection();
    await world.clock.pass(5000);
    expect(texts(windows[1]!)).toEqual(['two']);
    await world.close();
  });

  test('forgets a message when its time is over', async () => {
    const { world, id, bob, toBob, toAlice } = await pair();
    const window = look(toAlice);
    world.service.conversations.get(id)!.messageTtl = 60;
    toBob.send({ text: 'one' });
    await world.clock.pass(2000);
    expect(texts(window)).toEqual(['one']);
    await world.clock.pass(58_500);
    expect(texts(window)).toEqual([]);
    await world.clock.pass(60_000);
    const database = await kept(bob.device);
    expect(await database.read(tx => tx.range('messages', ...under()))).toEqual([]);
    expect(await database.read(tx => tx.range('expiries', ...under()))).toEqual([]);
    await world.close();
  });

  test('forgets what was cleared, here or on another device', async () => {
    const { world, id, bob, toBob, toAlice } = await pair();
    const second = world.device('bob').open();
    await world.clock.pass(2000);
    const windows = [look(toAlice), look(second.chat.conversation(id))];
    await say(world, toBob, 'one', 'two');
    await world.clock.pass(1000);
    toAlice.clear(2);
    expect(second.chat.conversations().getSnapshot().conversations[0]!.lastMessage?.preview).toBe('two');
    await world.clock.pass(1000);
    expect(windows.map(texts)).toEqual([['two'], ['two']]);
    for (const { device } of [bob, second]) {
      const database = await kept(device);
      expect(await database.read(tx => tx.range<{ seq: number }>('messages', ...under()))).toMatchObject([{ seq: 3 }]);
    }
    await world.close();
  });

  test('makes room by the messages of those conversations that were looked at longest ago', async () => {
    const world = new World();
    const alice = world.device('alice').open();
    const bob = world.device('bob').open({ storageBytes: 20_000 });
    await world.clock.pass(1000);
    const ids: string[] = [];
    for (const title of ['old', 'new']) {
      const group = await soon(world, alice.chat.createGroup({ title, members: ['bob'] }));
      ids.push(group.conversationId);
      const unsubscribe = bob.chat
        .conversation(group.conversationId)
        .messages()
        .subscribe(() => {});
      for (let count = 0; count < 25; count++) group.send({ text: `${title} ${count}` });
      await world.clock.pass(5000);
      unsubscribe();
      await world.clock.pass(5000);
    }
    await world.clock.pass(35_000);
    const database = await kept(bob.device);
    const messages = await database.read(tx => tx.range<{ message: { conversationId: string } }>('messages', ...under()));
    expect([...new Set(messages.map(({ message }) => message.conversationId))]).toEqual([ids[1]]);
    expect(bob.chat.storage.getSnapshot().bytes).toBeLessThan(20_000);
    await world.close();
  });

  test('is in memory where there is no IndexedDB, and where it fails nothing waits in vain', async () => {
    const world = new World();
    const alice = world.device('alice').open({ databases: undefined });
    const bob = world.device('bob').open();
    await world.clock.pass(1000);
    expect(alice.chat.storage.getSnapshot().isDegraded).toBe(true);
    const toBob = await soon(world, alice.chat.startDirect('bob'));
    await world.clock.pass(1000);
    const window = look(bob.chat.conversation(toBob.conversationId));
    bob.setOnline(false);
    bob.chat.conversation(toBob.conversationId).send({ text: 'waits' });
    await world.clock.pass(1000);
    // Another version of the app takes the database away.
    (bob.device.databases as unknown as IDBFactory).deleteDatabase('chat-functions https://chat.example bob');
    await world.clock.pass(1000);
    expect(bob.chat.storage.getSnapshot().isDegraded).toBe(true);
    bob.setOnline(true);
    await world.clock.until('Bob is online', () => isOnline(bob));
    await say(world, toBob, 'one');
    await world.clock.pass(2000);
    expect([...texts(window)].sort()).toEqual(['one', 'waits']);
    expect(bob.chat.outbox.getSnapshot()).toEqual([]);
    await world.close();
  });

  test('is asked for once when two windows show the same', async () => {
    const { world, id, bob, toBob } = await pair();
    await say(world, toBob, 'one');
    await world.clock.pass(5000);
    const window = look(bob.chat.conversation(id));
    await world.clock.pass(3000);
    world.service.requests.length = 0;
    const other = look(bob.chat.conversation(id));
    await world.clock.pass(1000);
    expect(texts(other)).toEqual(texts(window));
    expect(asked(world, /bob GET .*messages/)).toEqual([]);
    await world.close();
  });
});

/** The database of a user's device. */
const kept = (device: Device): Promise<Engine> =>
  openDatabase(device.databases as unknown as globalThis.IDBFactory, `chat-functions https://chat.example ${device.user}`, () => {});

describe('Memory and database', () => {
  test('answer the same, whatever is done', async () => {
    const random = randomOf(7);
    const engines: Engine[] = [new Memory(), await openDatabase(new IDBFactory() as unknown as globalThis.IDBFactory, 'x', () => {})];
    const key = (): Key => [`c${Math.floor(random() * 3)}`, Math.floor(random() * 6)];
    for (let step = 0; step < 300; step++) {
      const [kind, one, other, n] = [random(), key(), key(), Math.ceil(random() * 4)];
      const isOrdered = JSON.stringify(one) <= JSON.stringify(other);
      const results = await Promise.all(
        engines.map(engine =>
          engine
            .write(async tx => {
              if (kind < 0.4) await tx.put('messages', one, { step });
              else if (kind < 0.5) await tx.delete('messages', one);
              else if (kind < 0.55 && isOrdered) await tx.deleteRange('messages', one, other);
              else if (kind < 0.65) {
                await tx.put('messages', one, { step });
                throw new Error('undone');
              } else if (kind < 0.8) return await tx.nth('messages', ...under(String(one[0])), n, step % 2 > 0);
              else return isOrdered ? await tx.range('messages', one, other) : await tx.get('messages', one);
            })
            .catch((error: Error) => error.message),
        ),
      );
      expect(results[0]).toEqual(results[1]);
    }
    const all = await Promise.all(engines.map(engine => engine.read(tx => tx.range('messages', ...under()))));
    expect(all[0]).toEqual(all[1]);
  });
});

describe('Ranges', () => {
  test('are those of the set of their numbers', () => {
    const random = randomOf(3);
    for (let round = 0; round < 200; round++) {
      let ranges: readonly Range[] = [];
      const numbers = new Set<number>();
      for (let step = 0; step < 12; step++) {
        const from = Math.floor(random() * 30);
        const to = from + Math.floor(random() * 6) - 1;
        ranges = add(ranges, [from, to]);
        for (let number = from; number <= to; number++) numbers.add(number);
      }
      expect(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index))).toEqual(
        [...numbers].sort((a, b) => a - b),
      );
      expect(ranges.every(([from], index) => index === 0 || ranges[index - 1]![1] < from - 1)).toBe(true);
    }
  });
});
