import { describe, expect, test } from 'vitest';
import type { Collections } from '../src/collections.js';
import { collectingStory } from './support/collecting.js';
import { asked, say, soon } from './support/story.js';

const titles = ({ list }: Collections) => list.getSnapshot().value.map(({ title }) => title);
const shown = (collections: Collections, collectionId: string) =>
  collections
    .items(collectionId)
    .getSnapshot()
    .value.map(({ message }) => message?.text);

/** A collection with three messages, which both look at. */
async function filled(isGroup = false) {
  const story = await collectingStory(isGroup);
  const { world, alices, bobs, toBob } = story;
  const ids = await say(world, toBob, 'one', 'two', 'three');
  const rome = await soon(world, alices.create('Rome'));
  for (const { list } of [alices, bobs]) list.subscribe(() => {});
  const ends = [alices, bobs].map(one => one.items(rome).subscribe(() => {}));
  for (const id of ids) await soon(world, alices.add(rome, id));
  await world.clock.pass(4000);
  return { ...story, rome, ids, close: () => ends.forEach(end => end()) };
}

describe('Collections', () => {
  test('are made, named and deleted by one, and seen by the other', async () => {
    const { world, alices, bobs, rome } = await filled();
    expect([titles(alices), titles(bobs)]).toEqual([['Rome'], ['Rome']]);
    await soon(world, bobs.rename(rome, 'Roma'));
    await world.clock.pass(3000);
    expect(titles(alices)).toEqual(['Roma']);
    await soon(world, alices.delete(rome));
    await world.clock.pass(3000);
    expect([titles(alices), titles(bobs)]).toEqual([[], []]);
    await world.close();
  });

  test('are in the same order for everybody, at once for who changes it', async () => {
    const { world, alices, bobs, rome, ids } = await filled();
    expect(shown(bobs, rome)).toEqual(['one', 'two', 'three']);
    world.service.requests = [];
    const moved = alices.move(rome, ids[2]!, null);
    expect(shown(alices, rome)).toEqual(['three', 'one', 'two']);
    await soon(world, moved);
    await soon(world, bobs.remove(rome, ids[0]!));
    await soon(world, bobs.move(rome, ids[2]!, ids[1]!));
    await world.clock.pass(500);
    expect([shown(alices, rome), shown(bobs, rome)]).toEqual([
      ['two', 'three'],
      ['two', 'three'],
    ]);
    // Events say all of it.
    expect(asked(world, /GET \S+\/items$/)).toEqual([]);
    await world.close();
  });

  test('end where they were moved last, though the service took the move before only later', async () => {
    const { world, alices, bobs, rome, ids } = await filled();
    const busy = { status: 503, body: { code: 'unavailable' } };
    let isBusy = true;
    world.intercept = method => (method === 'PUT' && isBusy ? ((isBusy = false), busy) : undefined);
    const moves = [alices.move(rome, ids[2]!, ids[0]!), alices.move(rome, ids[2]!, null)];
    expect(shown(alices, rome)).toEqual(['three', 'one', 'two']);
    await soon(world, Promise.all(moves));
    await world.clock.pass(3000);
    expect([shown(alices, rome), shown(bobs, rome)]).toEqual([
      ['three', 'one', 'two'],
      ['three', 'one', 'two'],
    ]);
    await world.close();
  });

  test('show a refused change as it was', async () => {
    const { world, alices, rome, ids } = await filled();
    world.intercept = (method, path) =>
      method === 'PUT' && path.includes('/items/') ? { status: 403, body: { status: 403, code: 'not_allowed' } } : undefined;
    const moved = alices.move(rome, ids[2]!, null);
    expect(shown(alices, rome)).toEqual(['three', 'one', 'two']);
    await expect(soon(world, moved)).rejects.toMatchObject({ code: 'not_allowed' });
    await world.clock.pass(1000);
    expect(shown(alices, rome)).toEqual(['one', 'two', 'three']);
    await world.close();
  });

  test('are right again after pushes that came late, twice, or not at all', async () => {
    const { world, alices, bobs, bob, rome, ids, stored } = await filled();
    world.chaos = { dropped: 0, doubled: 0.3, late: 3000, refused: 0, lost: 0 };
    for (let turn = 0; turn < 6; turn++) await soon(world, alices.move(rome, ids[turn % 3]!, turn % 2 ? null : ids[(turn + 1) % 3]!));
    await world.clock.pass(10_000);
    const now = stored(rome).map(id => ['one', 'two', 'three'][ids.indexOf(id)]);
    expect(shown(bobs, rome)).toEqual(now);
    bob.setOnline(false);
    await soon(world, alices.remove(rome, ids[0]!));
    bob.setOnline(true);
    await world.clock.pass(10_000);
    expect(shown(bobs, rome)).toEqual(now.filter(text => text !== 'one'));
    await world.close();
  });

  test('show what a message says now', async () => {
    const { world, bobs, toBob, rome, ids } = await filled();
    toBob.edit(ids[0]!, 'first');
    await world.clock.pass(4000);
    expect(shown(bobs, rome)).toEqual(['first', 'two', 'three']);
    await world.close();
  });

  test('show at once that a message was taken back, or hidden by the user', async () => {
    const { world, bobs, toBob, toAlice, rome, ids } = await filled();
    toBob.unsend(ids[0]!);
    toAlice.hide(ids[1]!);
    await world.clock.pass(400);
    expect(shown(bobs, rome)).toEqual([undefined, undefined, 'three']);
    await world.close();
  });

  test('don’t show again what was taken back while nobody looked, nor without a connection', async () => {
    const { world, bob, bobs, toBob, rome, ids, close } = await filled();
    close();
    await world.clock.pass(2000);
    toBob.unsend(ids[0]!);
    await world.clock.pass(2000);
    bob.setOnline(false);
    bobs.items(rome).subscribe(() => {});
    expect(shown(bobs, rome)).toEqual([]);
    await world.clock.pass(2000);
    expect(shown(bobs, rome)).toEqual([]);
    bob.setOnline(true);
    await world.clock.pass(10_000);
    expect(shown(bobs, rome)).toEqual([undefined, 'two', 'three']);
    await world.close();
  });

  test('show nothing of somebody from the block on, also where the service doesn’t know of it yet', async () => {
    const { world, bob, bobs, rome } = await filled(true);
    await soon(world, bob.chat.block('alice'));
    await world.clock.pass(500);
    expect(shown(bobs, rome)).toEqual([undefined, undefined, undefined]);
    bob.loseConnection();
    await world.clock.pass(10_000);
    expect(shown(bobs, rome)).toEqual([undefined, undefined, undefined]);
    await soon(world, bob.chat.unblock('alice'));
    await world.clock.pass(35_000);
    expect(shown(bobs, rome)).toEqual(['one', 'two', 'three']);
    await world.close();
  });
});
