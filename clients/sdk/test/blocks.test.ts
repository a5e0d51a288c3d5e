import { describe, expect, test } from 'vitest';
import { look, pair, say, soon } from './support/story.js';

/** Bob is in a group with Alice, and sees it. */
async function group() {
  const story = await pair();
  const { world, alice, bob } = story;
  const ofAlice = await soon(world, alice.chat.createGroup({ title: 'All', members: ['bob'] }));
  await world.clock.pass(3000);
  return { ...story, ofAlice, ofBob: bob.chat.conversation(ofAlice.conversationId) };
}

describe('Of somebody whom the user blocks', () => {
  test('messages are hidden where they stand, in pages, in the log, by their id and after a reaction, until the block ends', async () => {
    const { world, bob, ofAlice, ofBob } = await group();
    const blocks = new Set(['alice']);
    const window = look(ofBob);
    const [messageId] = await say(world, ofAlice, 'one', 'two');
    await say(world, ofBob, 'three');
    await world.clock.pass(1000);
    const shown = () => window.getSnapshot().messages.map(({ seq, text, hidden }) => [seq, hidden ?? text]);
    expect(shown()).toEqual([
      [2, 'one'],
      [3, 'two'],
      [4, 'three'],
    ]);
    // By its id.
    world.service.blocks.set('bob', blocks);
    ofBob.react(messageId!, '👍');
    await world.clock.pass(1000);
    expect(shown()[0]).toEqual([2, 'blocked']);
    await expect(soon(world, ofBob.message(messageId!))).rejects.toMatchObject({ code: 'message_not_found' });
    // In the log and in pages.
    bob.setOnline(false);
    await say(world, ofAlice, 'four');
    bob.setOnline(true);
    await world.clock.pass(5000);
    const hidden = [
      [2, 'blocked'],
      [3, 'blocked'],
      [4, 'three'],
      [6, 'blocked'],
    ];
    expect(shown()).toEqual(hidden);
    expect(new Set(window.getSnapshot().messages.map(({ key }) => key)).size).toBe(4);
    expect(window.getSnapshot().messages.every(({ at }) => Date.parse(at) > 0)).toBe(true);
    expect(bob.chat.storage.getSnapshot().isDegraded).toBe(false);
    blocks.clear();
    bob.loseConnection();
    await world.clock.pass(5000);
    expect(shown()).toEqual([
      [2, 'one'],
      [3, 'two'],
      [4, 'three'],
      [6, 'four'],
    ]);
    await world.close();
  });

  test('replies in threads are hidden, too', async () => {
    const { world, ofAlice, ofBob } = await group();
    const [root] = await say(world, ofBob, 'root');
    await soon(world, ofAlice.send({ text: 'reply', threadId: root! }).sent);
    world.service.blocks.set('bob', new Set(['alice']));
    const thread = ofBob.thread(root!);
    thread.subscribe(() => {});
    await world.clock.pass(2000);
    expect(thread.getSnapshot()).toMatchObject({ status: 'ready', messages: [{ seq: 3, text: '', hidden: 'blocked' }] });
    await world.close();
  });

  test('what is pushed is hidden as well, and shows when the block ends', async () => {
    const { world, bob, ofAlice, ofBob } = await group();
    const window = look(ofBob);
    ofBob.typing.subscribe(() => {});
    await soon(world, bob.chat.block('alice'));
    await world.clock.pass(1000);
    await say(world, ofAlice, 'one');
    ofAlice.setTyping(true);
    const { conversationId } = ofBob;
    world.service.push(['bob'], { type: 'typing.started', conversationId, at: '', data: { userId: 'alice' } });
    await world.clock.pass(500);
    expect(window.getSnapshot().messages).toMatchObject([{ seq: 2, text: '', hidden: 'blocked' }]);
    const all = bob.chat.conversations('all');
    const last = () => all.getSnapshot().conversations.find(one => one.conversationId === conversationId)!.lastMessage;
    expect(last()).toMatchObject({ seq: 2, preview: '', hidden: 'blocked' });
    expect(ofBob.typing.getSnapshot()).toEqual([]);
    await soon(world, bob.chat.unblock('alice'));
    await world.clock.pass(3000);
    expect(window.getSnapshot().messages).toMatchObject([{ seq: 2, text: 'one' }]);
    await world.close();
  });

  test('quotes say no more than where they lead, in what is pushed as in pages', async () => {
    const { world, bob, ofAlice, ofBob } = await group();
    const carol = world.device('carol').open();
    await world.clock.pass(1000);
    await soon(world, ofAlice.addMembers(['carol']));
    await world.clock.pass(3000);
    const [quoted] = await say(world, ofAlice, 'secret');
    const window = look(ofBob);
    await soon(world, bob.chat.block('alice'));
    await world.clock.pass(1000);
    await soon(world, carol.chat.conversation(ofBob.conversationId).send({ text: 'You said so', replyTo: quoted! }).sent);
    ofBob.send({ text: 'I did not', replyTo: quoted! });
    const quotes = () => window.getSnapshot().messages.slice(1).map(({ replyTo }) => replyTo);
    const place = { messageId: quoted };
    // Before it is sent, as pushed, and as a page has it.
    expect(quotes()).toEqual([place]);
    await world.clock.pass(1000);
    expect(quotes()).toEqual([place, place]);
    bob.loseConnection();
    await world.clock.pass(5000);
    expect(quotes()).toEqual([place, place]);
    await soon(world, bob.chat.unblock('alice'));
    await world.clock.pass(3000);
    expect(quotes()).toMatchObject([{ preview: 'secret' }, { preview: 'secret' }]);
    await world.close();
  });

  test('mentions are no mentions, as the list says', async () => {
    const { world, bob, ofAlice, ofBob } = await group();
    await world.clock.pass(1000);
    const mentions = [{ userId: 'bob', offset: 0, length: 4 }];
    const isMentioned = () => ofBob.summary.getSnapshot()!.isMentioned;
    await soon(world, bob.chat.block('alice'));
    await world.clock.pass(1000);
    await soon(world, ofAlice.send({ text: '@bob', mentions }).sent);
    await world.clock.pass(500);
    expect(isMentioned()).toBe(false);
    await world.clock.pass(60_000);
    expect(isMentioned()).toBe(false);
    await soon(world, bob.chat.unblock('alice'));
    await soon(world, ofAlice.send({ text: '@bob', mentions }).sent);
    await world.clock.pass(500);
    expect(isMentioned()).toBe(true);
    await world.close();
  });
});
