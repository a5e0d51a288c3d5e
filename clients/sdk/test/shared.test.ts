import { describe, expect, test } from 'vitest';
import { sharingOf } from '../src/sharing.js';
import { pair, soon } from './support/story.js';
import type { World } from './support/world.js';

/** Messages with links, as the service lists them in pages of two. */
function listed(world: World, count: number) {
  const linkOf = (seq: number) => ({
    messageId: `m${seq}`,
    seq,
    senderId: 'alice',
    text: `https://trams.example/${seq}`,
    at: new Date(world.clock.now).toISOString(),
    reactions: [],
  });
  const queries: string[] = [];
  const all = Array.from({ length: count }, (_, index) => linkOf(index + 1));
  const now = { all, queries, isRefused: false, isShown: (_: number) => true };
  world.intercept = (_, path, __, ___, query) => {
    if (!path.endsWith('/shared')) return undefined;
    queries.push(`${query.get('kind')} ${query.get('beforeSeq') ?? 'newest'}`);
    if (now.isRefused) return { status: 503, body: { status: 503, code: 'unavailable', title: 'Not now.' } };
    const before = Number(query.get('beforeSeq') ?? now.all.length + 1);
    const fromSeq = Math.max(1, before - 2);
    const messages = now.all.filter(({ seq }) => seq >= fromSeq && seq < before && now.isShown(seq)).reverse();
    return { status: 200, body: { messages, fromSeq, toSeq: before - 1, hasMore: fromSeq > 1 } };
  };
  return { ...now, now, linkOf };
}

async function open(count = 5, isGroup = false) {
  const story = await pair();
  const group = isGroup && (await soon(story.world, story.alice.chat.createGroup({ title: 'Trip', members: ['bob'] })));
  const pages = listed(story.world, count);
  const list = sharingOf(story.bob.chat).shared((group || story.toBob).conversationId, 'link');
  const end = list.subscribe(() => {});
  const seqs = () => list.getSnapshot().messages.map(({ seq }) => seq);
  return { ...story, ...pages, list, seqs, end };
}

describe('What was shared', () => {
  test('is listed page by page, the newest first, and only while somebody looks', async () => {
    const { world, list, seqs, queries, end } = await open();
    expect(list.getSnapshot()).toMatchObject({ status: 'loading', messages: [] });
    await world.clock.pass(1000);
    const messages = [{ seq: 5, isMine: false, state: 'sent' }, { seq: 4 }];
    expect(list.getSnapshot()).toMatchObject({ status: 'ready', hasMore: true, messages });
    await soon(world, list.loadMore());
    // Twice at once is one question.
    await soon(world, Promise.all([list.loadMore(), list.loadMore()]));
    await list.loadMore();
    expect(seqs()).toEqual([5, 4, 3, 2, 1]);
    expect(queries).toEqual(['link newest', 'link 4', 'link 2']);
    expect(list.getSnapshot()).toMatchObject({ hasMore: false, isLoading: false });
    end();
    await world.clock.pass(600_000);
    expect(queries).toHaveLength(3);
    await world.close();
  });

  test('goes on over pages that have nothing', async () => {
    const story = await pair();
    const { now, queries } = listed(story.world, 9);
    now.isShown = seq => seq < 3;
    const list = sharingOf(story.bob.chat).shared(story.id, 'link');
    list.subscribe(() => {});
    await story.world.clock.pass(1000);
    expect(list.getSnapshot().messages.map(({ seq }) => seq)).toEqual([2]);
    expect(queries).toHaveLength(4);
    expect(list.getSnapshot().hasMore).toBe(true);
    await story.world.close();
  });

  test('follows what is sent, changed and taken back, without losing older pages', async () => {
    const { world, id, toBob, list, seqs, now, linkOf } = await open();
    await world.clock.pass(1000);
    await soon(world, list.loadMore());
    expect(seqs()).toEqual([5, 4, 3, 2]);
    now.all = [...now.all, linkOf(6)];
    await soon(world, toBob.send({ text: 'Nothing in here' }).sent);
    await world.clock.pass(3000);
    expect(seqs()).toEqual([5, 4, 3, 2]);
    const { messageId } = await soon(world, toBob.send({ text: 'https://trams.example/6' }).sent);
    await world.clock.pass(3000);
    expect(seqs()).toEqual([6, 5, 4, 3, 2]);
    // The service of this story calls it otherwise.
    const [newest] = list.getSnapshot().messages;
    const { messages } = world.service.conversations.get(id)!;
    const named = newest!.messageId!;
    messages.set(named, { ...messages.get(messageId)!, messageId: named });
    toBob.edit(named, 'No link any more');
    await world.clock.pass(3000);
    expect(seqs()).toEqual([5, 4, 3, 2]);
    await world.close();
  });

  test('is asked for anew after a connection is lost, and again where it fails', async () => {
    const { world, bob, list, seqs, now } = await open();
    await world.clock.pass(1000);
    await soon(world, list.loadMore());
    now.all = now.all.slice(0, 3);
    bob.loseConnection();
    await world.clock.pass(10_000);
    expect(seqs()).toEqual([3, 2]);
    now.isRefused = true;
    await soon(world, list.loadMore());
    expect(list.getSnapshot()).toMatchObject({ status: 'ready', isLoading: false, hasMore: true, error: { code: 'unavailable' } });
    now.isRefused = false;
    await soon(world, list.loadMore());
    expect(seqs()).toEqual([3, 2, 1]);
    expect(list.getSnapshot().error).toBeUndefined();
    await world.close();
  });

  test('shows by itself once the service answers', async () => {
    const story = await pair();
    const { now } = listed(story.world, 1);
    now.isRefused = true;
    const list = sharingOf(story.bob.chat).shared(story.id, 'link');
    list.subscribe(() => {});
    await story.world.clock.pass(2000);
    expect(list.getSnapshot()).toMatchObject({ status: 'failed', error: { code: 'unavailable' } });
    now.isRefused = false;
    await story.world.clock.pass(60_000);
    expect(list.getSnapshot()).toMatchObject({ status: 'ready', messages: [{ seq: 1 }] });
    await story.world.close();
  });

  test('isn’t shown from the block of who shared it on, also where the service doesn’t know of it yet', async () => {
    const { world, bob, list, seqs } = await open(2, true);
    await world.clock.pass(1000);
    expect(seqs()).toEqual([2, 1]);
    await soon(world, bob.chat.block('alice'));
    await world.clock.pass(500);
    expect(seqs()).toEqual([]);
    bob.loseConnection();
    await world.clock.pass(10_000);
    expect(list.getSnapshot()).toMatchObject({ status: 'ready', messages: [] });
    await soon(world, bob.chat.unblock('alice'));
    await world.clock.pass(35_000);
    expect(seqs()).toEqual([2, 1]);
    await world.close();
  });

  test('isn’t shown from before once it is looked at again', async () => {
    const { world, list, end } = await open();
    await world.clock.pass(1000);
    end();
    await world.clock.pass(2000);
    list.subscribe(() => {});
    expect(list.getSnapshot()).toMatchObject({ status: 'loading', messages: [] });
    await world.clock.pass(1000);
    expect(list.getSnapshot().messages).toHaveLength(2);
    await world.close();
  });
});
