import { describe, expect, test } from 'vitest';
import { asked, look, pair, say, soon } from './support/story.js';

describe('Typing', () => {
  test('is told every 3 s while keys are struck, not at all while offline, and expires after 6 s', async () => {
    const { world, alice, toBob, toAlice } = await pair();
    toAlice.typing.subscribe(() => {});
    const push = (typing: boolean) =>
      world.service.push(['bob'], {
        type: typing ? 'typing.started' : 'typing.stopped',
        conversationId: toBob.conversationId,
        at: '',
        data: { userId: 'alice' },
      });
    for (let stroke = 0; stroke < 35; stroke++) {
      toBob.setTyping(true);
      await world.clock.pass(200);
    }
    expect(asked(world, /alice POST .*typing/)).toHaveLength(3);
    alice.setOnline(false);
    toBob.setTyping(true);
    await world.clock.pass(5000);
    expect(asked(world, /alice POST .*typing/)).toHaveLength(3);
    push(true);
    await world.clock.pass(5900);
    expect(toAlice.typing.getSnapshot()).toEqual(['alice']);
    await world.clock.pass(200);
    expect(toAlice.typing.getSnapshot()).toEqual([]);
    push(true);
    await world.clock.pass(100);
    push(false);
    await world.clock.pass(100);
    expect(toAlice.typing.getSnapshot()).toEqual([]);
    await world.close();
  });

  test('ends with the message, and one is never told of oneself', async () => {
    const { world, toBob, toAlice } = await pair();
    toAlice.typing.subscribe(() => {});
    const { conversationId } = toBob;
    for (const userId of ['alice', 'bob'])
      world.service.push(['bob'], { type: 'typing.started', conversationId, at: '', data: { userId } });
    await world.clock.pass(100);
    expect(toAlice.typing.getSnapshot()).toEqual(['alice']);
    await say(world, toBob, 'one');
    await world.clock.pass(200);
    expect(toAlice.typing.getSnapshot()).toEqual([]);
    await world.close();
  });
});

describe('Reading', () => {
  test('is told once a second, the highest wins, and only what was on a screen that somebody sees', async () => {
    const { world, bob, toBob, toAlice } = await pair();
    await say(world, toBob, 'one', 'two', 'three', 'four');
    await world.clock.pass(1000);
    const told = () => asked(world, /bob PUT .*read/).length;
    bob.isVisible = false;
    toAlice.read(3);
    toAlice.read(2);
    await world.clock.pass(5000);
    expect(told()).toBe(0);
    bob.isVisible = true;
    bob.notice();
    await world.clock.pass(100);
    expect(told()).toBe(1);
    for (const seq of [3, 4, 5]) toAlice.read(seq);
    await world.clock.pass(500);
    expect(told()).toBe(1);
    await world.clock.pass(1000);
    expect(told()).toBe(2);
    expect(bob.chat.conversations().getSnapshot().conversations[0]!.unreadCount).toBe(0);
    await world.close();
  });

  test('is known of others: from the receipts, what is pushed, and what they say', async () => {
    const { world, toBob, toAlice } = await pair();
    toBob.receipts.subscribe(() => {});
    await say(world, toBob, 'one', 'two');
    await world.clock.pass(1000);
    expect(toBob.receipts.getSnapshot().readByAllSeq).toBe(0);
    toAlice.read(2);
    await world.clock.pass(2000);
    expect(toBob.receipts.getSnapshot()).toMatchObject({ readByAllSeq: 2, deliveredToAllSeq: 2, isAvailable: true });
    await say(world, toAlice, 'three');
    await world.clock.pass(500);
    expect(toBob.receipts.getSnapshot().readByAllSeq).toBe(4);
    await world.close();
  });
});

describe('People', () => {
  test('on the screen are asked for in one call, again while it is visible, and not when nobody looks', async () => {
    const { world, bob } = await pair();
    const ends = [bob.chat.presence(['alice']), bob.chat.presence(['carol', 'alice'])].map(presence => presence.subscribe(() => {}));
    await world.clock.pass(1000);
    expect(asked(world, /presence/)).toEqual(['bob GET /presence?users=alice%2Ccarol']);
    await world.clock.pass(20_000);
    expect(asked(world, /presence/)).toHaveLength(2);
    bob.isVisible = false;
    await world.clock.pass(60_000);
    expect(asked(world, /presence/)).toHaveLength(2);
    bob.isVisible = true;
    for (const end of ends) end();
    await world.clock.pass(60_000);
    expect(asked(world, /presence/)).toHaveLength(2);
    await world.close();
  });

  test('have names that are asked for together', async () => {
    const { world, bob } = await pair();
    const profiles = ['alice', 'carol'].map(id => bob.chat.profile(id));
    for (const profile of profiles) profile.subscribe(() => {});
    await world.clock.pass(1000);
    expect(profiles.map(profile => profile.getSnapshot()?.displayName)).toEqual(['ALICE', 'CAROL']);
    expect(asked(world, /users\/profiles/)).toHaveLength(1);
    world.service.push(['bob'], { type: 'user.updated', at: '', data: { userId: 'alice', displayName: 'Alice', version: 2 } });
    await world.clock.pass(100);
    expect(profiles[0]!.getSnapshot()?.displayName).toBe('Alice');
    await world.close();
  });

  test('that are blocked are known in all tabs', async () => {
    const { world, bob } = await pair();
    const second = world.device('bob').open();
    second.chat.blocks.subscribe(() => {});
    await world.clock.pass(2000);
    expect(second.chat.blocks.getSnapshot()).toEqual({ status: 'ready', value: [] });
    await soon(world, bob.chat.block('carol'));
    await world.clock.pass(2000);
    expect(second.chat.blocks.getSnapshot().value).toEqual(['carol']);
    await world.close();
  });
});

test('Nothing is asked for about a conversation that nobody looks at', async () => {
  const { world, toBob, toAlice } = await pair();
  const end = toAlice.messages().subscribe(() => {});
  await world.clock.pass(2000);
  end();
  await world.clock.pass(2000);
  world.service.requests.length = 0;
  await say(world, toBob, 'one', 'two');
  await world.clock.pass(10_000);
  expect(asked(world, /bob/)).toEqual([]);
  const window = look(toAlice);
  await world.clock.pass(1000);
  expect(window.getSnapshot().messages).toHaveLength(2);
  await world.close();
});

test('What events change is asked for once for all that happens in a second, and pins only for what is pinned', async () => {
  const { world, id, bob, toAlice } = await pair();
  toAlice.members.subscribe(() => {});
  toAlice.pins.subscribe(() => {});
  await world.clock.pass(2000);
  world.service.requests.length = 0;
  const [connection] = bob.connections;
  const push = (type: string, data: object) =>
    connection!.events([{ type, conversationId: id, at: new Date(world.clock.now).toISOString(), seq: 99, data }] as never);
  for (let count = 0; count < 10; count++) {
    push('member.updated', { userId: 'alice', role: 'admin', by: 'bob' });
    push('message.deleted', { messageId: 'other', by: 'alice' });
    await world.clock.pass(30);
  }
  expect(asked(world, /bob GET .*members/)).toEqual([]);
  await world.clock.pass(3000);
  expect(asked(world, /bob GET .*members/)).toHaveLength(1);
  expect(asked(world, /bob GET .*pins/)).toEqual([]);
  push('message.pinned', { messageId: 'other', by: 'alice' });
  await world.clock.pass(3000);
  expect(asked(world, /bob GET .*pins/)).toHaveLength(1);
  await world.close();
});
