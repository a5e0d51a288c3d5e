import { describe, expect, test } from 'vitest';
import type { Observable } from '../src/index.js';
import { channelStory } from './support/channel.js';
import { asked, pair, say, soon } from './support/story.js';
import type { World } from './support/world.js';

/** What answers a question late, with what was so when it was asked; `times` questions of those that come. */
function late(world: World, user: string, question: RegExp, milliseconds: number, times = 1): void {
  world.intercept = (method, path, body, _, query) => {
    if (method !== 'GET' || !question.test(path) || times-- <= 0) return undefined;
    return { ...world.service.answer(user, method, path, query, body), late: milliseconds };
  };
}

/** All that somebody saw who looked at it. */
function seen<T, S>(source: Observable<T>, of: (value: T) => S): readonly S[] {
  const all: S[] = [];
  source.subscribe(() => all.push(of(source.getSnapshot())));
  return all;
}

describe('What happens while it is being asked how things are', () => {
  test('isn’t taken back by the answer: whom another device blocks stays blocked', async () => {
    const { world, bob } = await pair();
    const values = seen(bob.chat.blocks, ({ value }) => value.join());
    await world.clock.pass(2000);
    late(world, 'bob', /^\/blocks$/, 3000);
    bob.loseConnection();
    await world.clock.pass(2000);
    world.service.blocks.set('bob', new Set(['alice']));
    const at = new Date(world.clock.now).toISOString();
    world.service.push(['bob'], { type: 'block.updated', at, data: { userId: 'alice', version: 1, isBlocked: true } });
    await world.clock.pass(10_000);
    expect(values.at(-1)).toBe('alice');
    expect(values.slice(values.indexOf('alice'))).not.toContain('');
    expect(asked(world, /bob GET \/blocks/).length).toBeGreaterThan(1);
    await world.close();
  });

  test('isn’t taken back by the answer: what was just set stays', async () => {
    const { world, bob } = await pair();
    const privacy = { readReceipts: true, presence: true };
    const values = seen(bob.chat.privacy, ({ value }) => value?.presence);
    let lateness = 3000;
    world.intercept = (method, path, body) => {
      if (path !== '/me/privacy') return undefined;
      if (method === 'PATCH') return { status: 200, body: Object.assign(privacy, body) };
      const answer = { status: 200, body: { ...privacy }, late: lateness };
      lateness = 0;
      return answer;
    };
    await world.clock.pass(1000);
    await soon(world, bob.chat.setPrivacy({ presence: false }));
    await world.clock.pass(10_000);
    expect(values.at(-1)).toBe(false);
    expect(values.slice(values.indexOf(false))).not.toContain(true);
    await world.close();
  });

  test('isn’t taken back by the answer: a post that came is unread, and stays the newest', async () => {
    const { world, model, channel, channels, posting } = await channelStory();
    channel.posts().subscribe(() => {});
    const values = seen(channels.followed, ({ value }) => value[0]?.unreadCount);
    await world.clock.pass(3000);
    late(world, 'bob', /^\/conversations$/, 3000);
    // The channel is followed with other settings, on another device.
    await soon(world, channel.follow({ notify: 'none' }));
    await world.clock.pass(500);
    await say(world, posting.conversation, 'News');
    await world.clock.pass(10_000);
    expect(model.follows.get('bob')?.readOrdinal).toBe(0);
    expect(values.at(-1)).toBe(1);
    expect(values.slice(values.indexOf(1))).not.toContain(0);
    await world.close();
  });

  test('is asked for now and then, however much happens, and shows', async () => {
    const { world, bob } = await pair();
    bob.chat.blocks.subscribe(() => {});
    await world.clock.pass(2000);
    world.service.requests = [];
    late(world, 'bob', /^\/blocks$/, 500, Infinity);
    world.service.blocks.set('bob', new Set(['mallory']));
    bob.loseConnection();
    await world.clock.pass(1000);
    for (let version = 1; version <= 100; version++) {
      const at = new Date(world.clock.now).toISOString();
      world.service.push(['bob'], { type: 'block.updated', at, data: { userId: 'eve', version, isBlocked: version % 2 > 0 } });
      await world.clock.pass(200);
    }
    expect(bob.chat.blocks.getSnapshot().value).toContain('mallory');
    expect(asked(world, /bob GET \/blocks/).length).toBeLessThan(30);
    await world.close();
  });
});
