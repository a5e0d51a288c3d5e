import { describe, expect, test } from 'vitest';
import type { ChatEvent } from '../src/index.js';
import { asked, look, pair, say, soon, texts } from './support/story.js';

describe('A conversation on the screen', () => {
  test('shows what others say, in the order of the log', async () => {
    const { world, toBob, toAlice } = await pair();
    const window = look(toAlice);
    await say(world, toBob, 'one', 'two');
    await say(world, toAlice, 'three');
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(['one', 'two', 'three']);
    await world.close();
  });

  test('drops what comes twice', async () => {
    const { world, toBob, toAlice } = await pair();
    world.chaos = { ...world.chaos, doubled: 1 };
    const window = look(toAlice);
    const [id] = await say(world, toBob, 'one');
    toBob.react(id!, '👍');
    await world.clock.pass(2000);
    expect(window.getSnapshot().messages.map(({ text, reactions }) => [text, reactions[0]?.count])).toEqual([['one', 1]]);
    await world.close();
  });

  test('applies what comes in another order as if it had come in the right one', async () => {
    const { world, id, bob, toBob, toAlice } = await pair();
    const window = look(toAlice);
    const [messageId] = await say(world, toBob, 'one');
    await world.clock.pass(1000);
    const held: ChatEvent[] = [];
    const push = world.service.push;
    world.service.push = (_, event) => void held.push(event as unknown as ChatEvent);
    world.service.answer('alice', 'PUT', `/conversations/${id}/messages/${messageId}/reactions/👍`, new URLSearchParams(), {});
    world.service.answer('alice', 'PUT', `/conversations/${id}/messages/${messageId}/reactions/❤️`, new URLSearchParams(), {});
    world.service.push = push;
    const [connection] = bob.connections;
    connection!.events([held[1]!]);
    await world.clock.pass(60);
    connection!.events([held[0]!]);
    await world.clock.pass(60);
    expect(window.getSnapshot().messages[0]!.reactions.map(({ key, count }) => [key, count])).toEqual([
      ['👍', 1],
      ['❤️', 1],
    ]);
    expect(asked(world, /bob GET .*afterSeq=4/)).toEqual([]);
    await world.close();
  });

  test('shows a message beyond a gap at once, says that there is one, and closes it by one request', async () => {
    const { world, toBob, toAlice } = await pair();
    const window = look(toAlice);
    await say(world, toBob, 'one');
    await world.clock.pass(5000);
    world.chaos = { ...world.chaos, dropped: 1 };
    await say(world, toBob, 'two', 'three');
    world.chaos = { ...world.chaos, dropped: 0 };
    world.service.requests.length = 0;
    await say(world, toBob, 'four');
    await world.clock.until('the last message shows', () => texts(window).includes('four'));
    expect(texts(window)).toEqual(['one', 'four']);
    expect(window.getSnapshot().hasHole).toBe(true);
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(['one', 'two', 'three', 'four']);
    expect(window.getSnapshot().hasHole).toBe(false);
    expect(asked(world, /bob GET .*events/)).toHaveLength(1);
    await world.close();
  });

  test('fetches the current version of a message whose change not everybody may see', async () => {
    const { world, id, bob, toBob, toAlice } = await pair();
    const window = look(toAlice);
    const [messageId] = await say(world, toBob, 'one');
    await world.clock.pass(1000);
    const push = world.service.push;
    world.service.push = (users, event) => push(users, { ...event, ...(event['type'] === 'message.updated' && { data: { messageId } }) });
    toBob.edit(messageId!, 'two');
    await world.clock.pass(2000);
    expect(texts(window)).toEqual(['two']);
    expect(asked(world, new RegExp(`bob GET /conversations/${id}/messages/${messageId}$`))).toHaveLength(1);
    expect(bob.connects).toBe(1);
    await world.close();
  });

  test('fetches it again where it changed once more while it was on its way', async () => {
    const { world, id, alice, toBob, toAlice } = await pair();
    const window = look(toAlice);
    const [messageId] = await say(world, toBob, 'one');
    await world.clock.pass(1000);
    const push = world.service.push;
    world.service.push = (users, event) => push(users, { ...event, ...(event['type'] === 'message.updated' && { data: { messageId } }) });
    const path = `/conversations/${id}/messages/${messageId}`;
    const message = { path: { conversationId: id, messageId: messageId! } };
    const asked = alice.chat.api.get('/conversations/{conversationId}/messages/{messageId}', message);
    const before = (await soon(world, asked)) as { readonly updatedSeq: number };
    const second = { ...before, text: 'two', updatedSeq: before.updatedSeq + 1 };
    let count = 0;
    world.intercept = (method, asks) =>
      method === 'GET' && asks === path && !count++ ? { status: 200, body: second, late: 3000 } : undefined;
    toBob.edit(messageId!, 'two');
    await world.clock.pass(1000);
    toBob.edit(messageId!, 'three');
    await world.clock.pass(10_000);
    expect(texts(window)).toEqual(['three']);
    await world.close();
  });

  test('has quotes and threads say what they say now', async () => {
    const { world, toBob, toAlice } = await pair();
    const window = look(toAlice);
    const [root] = await say(world, toBob, 'one');
    await world.clock.pass(500);
    toAlice.send({ text: 'quoting', replyTo: root! });
    toAlice.send({ text: 'reply', threadId: root! });
    await world.clock.pass(2000);
    toBob.edit(root!, 'changed');
    await world.clock.pass(2000);
    const [first, quoting] = window.getSnapshot().messages;
    expect(first!.thread?.count).toBe(1);
    expect(quoting!.replyTo?.preview).toBe('changed');
    toBob.unsend(root!);
    await world.clock.pass(2000);
    expect(window.getSnapshot().messages[1]!.replyTo).toMatchObject({ preview: '', isUnsent: true });
    expect(window.getSnapshot().messages[0]).toMatchObject({ text: '', unsentBy: 'alice' });
    await world.close();
  });
});

describe('What the user did', () => {
  test('is kept apart from what pushes say, by the seq as of which it is known', async () => {
    const { world, id, bob, toBob, toAlice } = await pair();
    const window = look(toAlice);
    const [messageId] = await say(world, toBob, 'one');
    await world.clock.pass(1000);
    const reactions = () => window.getSnapshot().messages[0]!.reactions.map(({ count, mine }) => [count, mine]);
    const at = new Date(world.clock.now).toISOString();
    const kept = world.service.messages('bob', id)[0]!;
    const [connection] = bob.connections;
    const push = async (event: object) => {
      connection!.events([{ conversationId: id, at, ...event } as unknown as ChatEvent]);
      await world.clock.pass(100);
    };
    // The table of docs/protocol.md: an edit that includes Bob's own reaction, then that reaction, late; then another one's.
    const message = { ...kept, text: 'edited', updatedSeq: 4, revision: 1, reactions: [{ key: '👍', count: 9, users: ['bob'] }] };
    await push({ type: 'reaction.added', seq: 3, data: { messageId, key: '👍', by: 'bob' } });
    expect(reactions()).toEqual([[1, true]]);
    await push({ type: 'message.updated', seq: 4, data: { messageId, message } });
    expect(reactions()).toEqual([[9, true]]);
    await push({ type: 'reaction.removed', seq: 5, data: { messageId, key: '👍', by: 'carol' } });
    expect(reactions()).toEqual([[8, true]]);
    await push({ type: 'reaction.removed', seq: 6, data: { messageId, key: '👍', by: 'bob' } });
    expect(reactions()).toEqual([[7, false]]);
    await world.close();
  });

  test('of a poll is told to all devices of the user', async () => {
    const { world, toBob, bob, toAlice, id } = await pair();
    const second = world.device('bob').open();
    await world.clock.pass(2000);
    const window = look(second.chat.conversation(id));
    toBob.send({ poll: { question: 'When?', options: ['Monday', 'Tuesday'] } });
    await world.clock.pass(2000);
    toAlice.vote(window.getSnapshot().messages[0]!.messageId!, [1]);
    await world.clock.pass(2000);
    expect(window.getSnapshot().messages[0]!.poll?.options).toEqual([
      { text: 'Monday', votes: 0, mine: false },
      { text: 'Tuesday', votes: 1, mine: true },
    ]);
    expect(bob.chat.outbox.getSnapshot()).toEqual([]);
    await world.close();
  });
});
