import { describe, expect, test } from 'vitest';
import type { Message, MessageWindow } from '../src/index.js';
import { channelStory, type ChannelStory } from './support/channel.js';
import { asked, say, soon } from './support/story.js';

const minute = 60_000;

/** Posts that somebody looks at. */
function look({ channel }: Pick<ChannelStory, 'channel'>): { readonly posts: MessageWindow; readonly end: () => void } {
  const posts = channel.posts();
  return { posts, end: posts.subscribe(() => {}) };
}

/** A post as a window shows it. */
const at = (posts: MessageWindow, index: number) => posts.getSnapshot().messages[index]!;

const hearts = (count: number) => ({ reactions: [{ key: '❤️', count, users: [] }] });

describe('What is counted of posts', () => {
  test('isn’t taken back by a page that was asked for before, nor is what the user did', async () => {
    const story = await channelStory();
    const { world, bob, id, posting, channel, model } = story;
    const { posts } = look(story);
    await world.clock.pass(2000);
    const [messageId] = await say(world, posting.conversation, 'Hello');
    model.count(1, 5, hearts(3));
    const { status, body } = world.service.answer('bob', 'GET', `/conversations/${id}/messages`, new URLSearchParams(), {});
    const early = body as { readonly messages: readonly Message[] };
    channel.conversation.react(messageId!, '👍');
    await world.clock.pass(1000);
    const shown = { counts: { version: 6 }, reactions: [{ key: '👍', count: 1, mine: true }] };
    expect(at(posts, 0)).toMatchObject(shown);

    // Whatever else is newer in it; and a message that says no counts knows none.
    const [post] = early.messages;
    const { counts, ...uncounted } = post!;
    for (const message of [post!, uncounted, { ...post!, text: 'Hello!', updatedSeq: post!.updatedSeq + 1 }]) {
      const page = { status, body: { ...early, messages: [message] } };
      let asks = 0;
      world.intercept = (method, path) =>
        method === 'GET' && path === `/conversations/${id}/messages` && ++asks === 1 ? structuredClone(page) : undefined;
      bob.loseConnection();
      await world.clock.pass(5000);
      expect(asks).toBe(1);
      expect(at(posts, 0)).toMatchObject({ ...shown, text: message.text });
    }
    await world.close();
  });

  test('says nothing of how another device voted since, where it is as of before; what is newer does', async () => {
    const story = await channelStory();
    const { world, bob, id, posting, model } = story;
    const { posts } = look(story);
    await world.clock.pass(2000);
    const { messageId } = await soon(world, posting.post({ poll: { question: 'Tea?', options: ['Yes', 'No'] } }).sent);
    await world.clock.pass(1000);
    model.count(1, 5, {});
    bob.loseConnection();
    await world.clock.pass(5000);
    const path = `/conversations/${id}/messages`;
    const { body } = world.service.answer('bob', 'GET', path, new URLSearchParams(), {});
    const [post] = (body as { readonly messages: readonly Message[] }).messages;
    const page = (version: number, chosen?: number) => {
      const options = post!.poll!.options.map((option, index) => ({ ...option, mine: index === chosen }));
      return { ...(body as object), messages: [{ ...post!, counts: { ...post!.counts!, version }, poll: { ...post!.poll!, options } }] };
    };
    const mine = () => at(posts, 0).poll!.options.map(option => option.mine);
    world.intercept = (method, asked) => (method === 'GET' && asked === path ? { status: 200, body: page(5), late: 3000 } : undefined);
    bob.loseConnection();
    await world.clock.pass(2000);
    const data = { messageId, options: [1], updatedSeq: post!.updatedSeq };
    world.service.push(['bob'], { type: 'vote.updated', conversationId: id, at: new Date(world.clock.now).toISOString(), data });
    await world.clock.pass(500);
    expect(mine()).toEqual([false, true]);
    await world.clock.pass(5000);
    expect(mine()).toEqual([false, true]);
    world.intercept = (method, asked) => (method === 'GET' && asked === path ? { status: 200, body: page(6, 0) } : undefined);
    bob.loseConnection();
    await world.clock.pass(5000);
    expect(mine()).toEqual([true, false]);
    await world.close();
  });

  test('may be newer than the answer to a reaction, which says what the user did all the same', async () => {
    const story = await channelStory();
    const { world, posting, channel, model } = story;
    const { posts } = look(story);
    await world.clock.pass(2000);
    const [messageId] = await say(world, posting.conversation, 'Hello');
    await world.clock.pass(1000);
    model.tell(1, 50, hearts(5));
    await world.clock.pass(1000);
    channel.conversation.react(messageId!, '👍');
    await world.clock.pass(1000);
    const [heart, thumb] = [{ key: '❤️', count: 5, mine: false }, { key: '👍', count: 1, mine: true }];
    expect(at(posts, 0)).toMatchObject({ counts: { version: 50 }, reactions: [heart, thumb] });
    channel.conversation.unreact(messageId!, '👍');
    await world.clock.pass(1000);
    expect(at(posts, 0)).toMatchObject({ counts: { version: 50 }, reactions: [heart] });
    await world.close();
  });

  test('is asked for again once the channel is watched again, however it ended', async () => {
    const story = await channelStory();
    const { world, bob, id, posting, model } = story;
    const pages = () => asked(world, new RegExp(`bob GET /conversations/${id}/messages$`)).length;
    await say(world, posting.conversation, 'Hello');
    model.count(1, 5, hearts(3));
    const { posts, end } = look(story);
    await world.clock.pass(2000);
    expect(at(posts, 0)).toMatchObject({ counts: { version: 5 } });

    world.service.requests = [];
    end();
    await world.clock.pass(2000);
    model.count(1, 6, hearts(4));
    const again = look(story);
    await world.clock.pass(2000);
    expect(at(again.posts, 0)).toMatchObject({ counts: { version: 6 }, reactions: [{ count: 4 }] });
    expect(pages()).toBe(1);

    bob.isVisible = false;
    await world.clock.pass(20 * minute);
    model.count(1, 7, hearts(5));
    bob.isVisible = true;
    bob.notice();
    await world.clock.pass(2000);
    expect(at(again.posts, 0)).toMatchObject({ counts: { version: 7 }, reactions: [{ count: 5 }] });
    expect(pages()).toBe(2);
    await world.close();
  });

  test('is below what the user does until that is answered, and is told meanwhile', async () => {
    const story = await channelStory();
    const { world, posting, channel, model } = story;
    const { posts } = look(story);
    await world.clock.pass(2000);
    const options = ['Yes', 'No'];
    const { messageId } = await soon(world, posting.post({ poll: { question: 'Tea?', options, multiple: false } }).sent);
    await world.clock.pass(1000);
    model.tell(1, 5, { ...hearts(1203), voters: 900, votes: [400, 500] });
    await world.clock.pass(1000);
    world.intercept = method =>
      method === 'PUT' ? { status: 503, body: { status: 503, code: 'unavailable' }, headers: { 'Retry-After': '60' } } : undefined;
    channel.conversation.react(messageId, '❤️');
    channel.conversation.vote(messageId, [1]);
    await world.clock.pass(1000);
    expect(at(posts, 0)).toMatchObject({
      reactions: [{ count: 1204, mine: true }],
      poll: { voters: 901, options: [{ votes: 400, mine: false }, { votes: 501, mine: true }] },
    });
    model.tell(1, 6, { ...hearts(1300), voters: 950, votes: [440, 510] });
    await world.clock.pass(1000);
    expect(at(posts, 0)).toMatchObject({
      reactions: [{ count: 1301, mine: true }],
      poll: { voters: 951, options: [{ votes: 440, mine: false }, { votes: 511, mine: true }] },
    });
    await world.close();
  });

  test('changes no other post, and none that it says the same of', async () => {
    const story = await channelStory();
    const { world, posting, model } = story;
    const { posts } = look(story);
    await world.clock.pass(2000);
    await say(world, posting.conversation, 'one', 'two', 'three');
    await world.clock.pass(1000);
    model.tell(1, 5, hearts(1));
    model.tell(2, 5, hearts(2));
    await world.clock.pass(1000);
    const before = posts.getSnapshot();
    let changes = 0;
    posts.subscribe(() => changes++);
    model.tell(2, 6, hearts(3));
    await world.clock.pass(1000);
    const after = posts.getSnapshot();
    expect(after.messages.map((post, index) => post === before.messages[index])).toEqual([true, false, true]);
    expect(after.messages[1]).toMatchObject({ counts: { version: 6 }, reactions: [{ count: 3 }] });
    expect(changes).toBe(1);
    model.tell(2, 6, hearts(3));
    model.tell(1, 4, hearts(9));
    await world.clock.pass(1000);
    expect(posts.getSnapshot()).toBe(after);
    await world.close();
  });
});
