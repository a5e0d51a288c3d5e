import { describe, expect, test } from 'vitest';
import { Window } from '../src/window.js';
import type { WindowOptions } from '../src/index.js';
import { asked, isOnline, look, pair, say, soon, texts } from './support/story.js';
import type { Tab } from './support/world.js';

async function long(count: number) {
  const story = await pair();
  const { world, toBob } = story;
  const all = Array.from({ length: count }, (_, index) => `m${index + 1}`);
  for (const text of all) toBob.send({ text });
  await world.clock.pass(10_000);
  return { ...story, all };
}

/** A window on a device whose storage is slow: what it reads or writes is held back until it is let go. */
async function slow({ chat: { core } }: Tab, conversationId: string, options?: WindowOptions) {
  const { store, write } = await core.ready;
  let [reading, writing] = [Promise.resolve(), Promise.resolve()];
  const late = async <T>(done: Promise<T>, held: Promise<void>) => {
    const result = await done;
    await held;
    return result;
  };
  const slowStore = Object.create(store, { read: { value: (run: never) => late(store.read(run), reading) } }) as typeof store;
  const host = {
    env: core.env,
    http: core.http,
    ready: Promise.resolve({ store: slowStore, write: ((run: never) => late(write(run), writing)) as typeof write }),
    me: core.me,
    queue: core.queue,
    list: core.list,
    watch: core.watch.bind(core),
    confirmed: core.confirmed.bind(core),
    fetchMessages: core.fetchMessages.bind(core),
  };
  const window = new Window(host, conversationId, '', options);
  window.subscribe(() => {});
  /** Holds back what begins from now on, until `go`; what begins after `pass` isn't. */
  const hold = (what: 'read' | 'write') => {
    let go = () => {};
    const held = new Promise<void>(resolve => (go = resolve));
    if (what === 'read') reading = held;
    else writing = held;
    return { go, pass: () => ([reading, writing] = [Promise.resolve(), Promise.resolve()]) };
  };
  return { window, hold };
}

describe('A jump while a page is on its way', () => {
  test('shows where it went, and nothing of where it was', async () => {
    const { world, id, all } = await long(200);
    const tab = world.device('bob').open();
    await world.clock.until('it is online', () => isOnline(tab));
    const window = look(tab.chat.conversation(id));
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(150));
    const before = String(window.getSnapshot().messages[0]!.seq);
    world.intercept = (method, path, body, _, query) =>
      query.get('beforeSeq') === before ? { ...world.service.answer('bob', method, path, query, body), late: 20_000 } : undefined;
    const slowLoad = window.loadBefore();
    await world.clock.pass(100);
    expect(window.getSnapshot().isLoadingBefore).toBe(true);
    await soon(world, window.jumpTo(51));
    expect(texts(window)).toEqual(all.slice(25, 75));
    expect(window.getSnapshot()).toMatchObject({ isLoadingBefore: false, hasBefore: true, hasAfter: true });
    // What is loaded there doesn't wait for it.
    const load = window.loadBefore();
    expect(window.getSnapshot().isLoadingBefore).toBe(true);
    await soon(world, load);
    expect(texts(window)).toEqual(all.slice(0, 75));
    expect(window.getSnapshot().isLoadingBefore).toBe(false);
    await soon(world, slowLoad);
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(0, 75));
    expect(window.getSnapshot()).toMatchObject({ hasAfter: true, isLoadingBefore: false });
    await world.close();
  });

  test('asks for no place that was left, where one jump follows another', async () => {
    const { world, id, all } = await long(200);
    const tab = world.device('bob').open();
    await world.clock.until('it is online', () => isOnline(tab));
    const window = look(tab.chat.conversation(id), { pageSize: 20 });
    await world.clock.pass(1000);
    world.service.requests = [];
    const jumps = [window.jumpTo(51), window.jumpTo(101), window.jumpTo(21)];
    await soon(world, Promise.all(jumps));
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(10, 30));
    expect(asked(world, /aroundSeq/)).toHaveLength(1);
    await world.close();
  });

  test.each(['before', 'after'] as const)('leaves the edges where it went, when the device answers late what is %s', async direction => {
    const { world, bob, id, all } = await long(200);
    const { window, hold } = await slow(bob, id, { pageSize: 20, around: 101 });
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(90, 110));
    const held = hold('read');
    const load = direction === 'before' ? window.loadBefore() : window.loadAfter();
    await world.clock.pass(100);
    held.pass();
    const place = direction === 'before' ? 31 : 171;
    await soon(world, window.jumpTo(place));
    const shown = all.slice(place - 11, place + 9);
    expect(texts(window)).toEqual(shown);
    held.go();
    await soon(world, load);
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(shown);
    expect(window.getSnapshot()).toMatchObject({ hasBefore: true, hasAfter: true });
    await world.close();
  });

  test('extends nothing where it went, when what was asked for is being kept', async () => {
    const { world, id, all } = await long(200);
    const tab = world.device('bob').open();
    await world.clock.until('it is online', () => isOnline(tab));
    const { window, hold } = await slow(tab, id);
    await world.clock.pass(1000);
    await soon(world, window.jumpTo(51));
    await soon(world, window.loadBefore());
    expect(texts(window)).toEqual(all.slice(0, 75));
    await soon(world, window.jumpTo('newest'));
    const held = hold('write');
    const load = window.loadBefore();
    await world.clock.pass(100);
    held.pass();
    await soon(world, window.jumpTo(51));
    expect(texts(window)).toEqual(all.slice(25, 75));
    held.go();
    await soon(world, load);
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(all.slice(25, 75));
    await world.close();
  });
});

test('A window goes back although something changes in it meanwhile', async () => {
  const { world, bob, toBob, id, all } = await long(120);
  const { window, hold } = await slow(bob, id);
  await world.clock.pass(1000);
  const [messageId] = window.getSnapshot().messages.slice(-1).map(one => one.messageId!);
  const held = hold('read');
  toBob.edit(messageId!, 'edited');
  await world.clock.pass(2000);
  held.pass();
  bob.setOnline(false);
  const load = window.loadBefore();
  await world.clock.pass(100);
  held.go();
  await soon(world, load);
  expect(texts(window)).toEqual([...all.slice(20, 119), 'edited']);
  expect(window.getSnapshot().error).toBeUndefined();
  await say(world, toBob, 'last');
  await world.close();
});
