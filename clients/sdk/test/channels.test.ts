import { describe, expect, test } from 'vitest';
import type { MessageWindow } from '../src/index.js';
import { channelsOf } from '../src/channels.js';
import { channelStory, look, type ChannelStory } from './support/channel.js';
import { asked, isOnline, say, soon, texts } from './support/story.js';

const minute = 60_000;

const watches = ({ world }: ChannelStory) => asked(world, /POST \/channels\/\S+\/watch/);

describe('A channel that is open', () => {
  test('shows posts as they come, and counts them until they are read', async () => {
    const story = await channelStory();
    const { world, channels, channel, posting } = story;
    channels.followed.subscribe(() => {});
    const { posts } = look(story);
    await world.clock.pass(2000);
    await say(world, posting.conversation, 'Hello');
    await world.clock.pass(1000);
    expect(texts(posts)).toEqual(['Hello']);
    expect(channels.followed.getSnapshot().value).toMatchObject([{ unreadCount: 1, lastMessage: { preview: 'Hello' } }]);
    channel.read(posts.getSnapshot().messages[0]!.seq!);
    await world.clock.pass(3000);
    expect(channels.followed.getSnapshot().value).toMatchObject([{ unreadCount: 0 }]);
    expect(channels.unread.getSnapshot()).toEqual({ conversations: 0, messages: 0 });
    await world.close();
  });

  test('is watched anew before that ends, and not any more once it is closed', async () => {
    const story = await channelStory();
    const { world, posting } = story;
    const { posts, end } = look(story);
    await world.clock.pass(31 * minute);
    expect(watches(story).length).toBe(8);
    await say(world, posting.conversation, 'after half an hour');
    await world.clock.pass(1000);
    expect(texts(posts)).toEqual(['after half an hour']);
    end();
    await world.clock.pass(20 * minute);
    expect(watches(story).length).toBe(8);
    await world.close();
  });

  test('goes on being watched where something else is wished while the service is being asked', async () => {
    const story = await channelStory();
    const { world, id, channel, posting } = story;
    world.intercept = (_, path) => (path.endsWith('/watch') ? { status: 200, body: { until: '' }, late: 3000 } : undefined);
    const { posts } = look(story);
    await world.clock.pass(1000);
    world.intercept = () => undefined;
    await soon(world, channel.follow({ notify: 'none' }));
    await world.clock.pass(10 * minute);
    expect(watches(story).length).toBeGreaterThan(1);
    await say(world, posting.conversation, 'Hello');
    await world.clock.pass(1000);
    expect(texts(posts)).toEqual(['Hello']);
    expect(id).toBe(channel.conversationId);
    await world.close();
  });

  test('can be followed again where the end was heard of before its answer came', async () => {
    const { world, id, bob, channel } = await channelStory();
    channel.subscription.subscribe(() => {});
    await world.clock.pass(1000);
    const { version } = channel.subscription.getSnapshot()!;
    const hears = (change: object) => {
      const data = { conversationId: id, ...change } as never;
      world.service.pushTo(['bob'], { type: 'subscription.updated', conversationId: id, at: '', data });
    };
    world.intercept = method => (method === 'DELETE' ? { status: 204, late: 3000 } : undefined);
    const ending = channel.unfollow();
    await world.clock.pass(1000);
    hears({ isFollowing: false, version: version + 1 });
    await soon(world, ending);
    // By another device.
    hears({ isFollowing: true, version: version + 2, notify: 'all', joinedOrdinal: 0, readOrdinal: 0 });
    await world.clock.pass(1000);
    expect(channel.subscription.getSnapshot()).toMatchObject({ isFollowing: true });
    expect(bob.connects).toBe(1);
    await world.close();
  });

  test('has what was posted while it wasn’t watched', async () => {
    const story = await channelStory();
    const { world, bob, posting } = story;
    const { posts } = look(story);
    await world.clock.pass(2000);
    bob.isVisible = false;
    await world.clock.pass(20 * minute);
    await say(world, posting.conversation, 'while it was hidden');
    await world.clock.pass(2000);
    expect(texts(posts)).toEqual([]);
    bob.isVisible = true;
    bob.notice();
    await world.clock.pass(2000);
    expect(texts(posts)).toEqual(['while it was hidden']);

    bob.setOnline(false);
    await say(world, posting.conversation, 'while it was offline');
    await world.clock.pass(20 * minute);
    bob.setOnline(true);
    await world.clock.pass(5000);
    await say(world, posting.conversation, 'now');
    await world.clock.pass(1000);
    expect(texts(posts)).toEqual(['while it was hidden', 'while it was offline', 'now']);
    await world.close();
  });

  test('misses nothing that is posted between its page and its watch', async () => {
    const story = await channelStory();
    const { world, posting } = story;
    let isBusy = true;
    world.intercept = (method, path) =>
      isBusy && path.endsWith('/watch') ? { status: 503, body: { status: 503, code: 'unavailable' }, headers: {} } : undefined;
    const { posts } = look(story);
    await world.clock.pass(1000);
    await say(world, posting.conversation, 'in between');
    isBusy = false;
    await world.clock.pass(40_000);
    expect(texts(posts)).toEqual(['in between']);
    await world.close();
  });

  test('waits as long as the service says until it is watched, whatever the user does meanwhile', async () => {
    const story = await channelStory();
    const { world, bob } = story;
    let asks = 0;
    world.intercept = (_, path) => {
      if (!path.endsWith('/watch')) return undefined;
      asks++;
      return { status: 429, body: { status: 429, code: 'rate_limited' }, headers: { 'Retry-After': '60' } };
    };
    look(story);
    for (let turn = 0; turn < 10; turn++) {
      await world.clock.pass(2000);
      bob.notice();
    }
    expect(asks).toBe(1);
    await world.clock.pass(minute);
    expect(asks).toBe(2);
    await world.close();
  });

  test('shows nothing of whom the user blocks, also where it is pushed', async () => {
    const story = await channelStory();
    const { world, bob, posting } = story;
    await soon(world, bob.chat.block('paula'));
    const { posts } = look(story);
    await world.clock.pass(3000);
    await say(world, posting.conversation, 'secret');
    await world.clock.pass(1000);
    expect(posts.getSnapshot().messages).toMatchObject([{ hidden: 'blocked', text: '' }]);
    await world.close();
  });

  test('shows reactions, votes and views of all as they are told, the newest, and beside them the user’s own', async () => {
    const story = await channelStory();
    const { world, posting, channel, model } = story;
    const { posts } = look(story);
    const feed = posting.posts();
    feed.subscribe(() => {});
    await world.clock.pass(2000);
    const [first] = await say(world, posting.conversation, 'Hello');
    const options = ['Yes', 'No'];
    const { messageId: poll } = await soon(world, posting.post({ poll: { question: 'Tea?', options, multiple: false } }).sent);
    await world.clock.pass(1000);
    channel.conversation.react(first!, '👍');
    await world.clock.pass(1000);
    const at = (window: MessageWindow, id: string) => window.getSnapshot().messages.find(one => one.messageId === id)!;
    expect(at(posts, first!)).toMatchObject({ reactions: [{ key: '👍', count: 1, mine: true }], counts: { version: 1 } });
    expect(at(feed, first!)).toMatchObject({ reactions: [{ key: '👍', count: 1, mine: false }] });

    // What comes late changes nothing, and what isn't counted yet of the user's own shows all the same.
    model.tell(1, 7, { views: 40, reactions: [{ key: '❤️', count: 5, users: [] }] });
    model.tell(1, 3, { views: 30 });
    model.tell(2, 4, { voters: 3, votes: [0, 3] });
    await world.clock.pass(1000);
    expect(at(posts, first!).counts).toEqual({ version: 7, views: 40 });
    expect(at(posts, first!).reactions).toMatchObject([
      { key: '❤️', count: 5, mine: false },
      { key: '👍', count: 1, mine: true },
    ]);
    expect(at(posts, poll).poll).toMatchObject({ voters: 3, options: [{ votes: 0 }, { votes: 3 }] });

    // A change of the post from before doesn't take them back.
    posting.conversation.edit(first!, 'Hello!');
    await world.clock.pass(1000);
    expect(at(posts, first!)).toMatchObject({ text: 'Hello!', counts: { version: 7 } });
    posting.conversation.unsend(first!);
    await world.clock.pass(1000);
    expect(at(posts, first!).reactions).toEqual([]);
    await world.close();
  });

  test('asks once what is unread, however often it is looked at meanwhile', async () => {
    const story = await channelStory();
    const { world, channel, id } = story;
    await world.clock.pass(2000);
    world.service.requests = [];
    const posts = channel.posts();
    posts.subscribe(() => {})();
    posts.subscribe(() => {});
    await world.clock.pass(3000);
    expect(asked(world, new RegExp(`bob GET /conversations/${id}$`))).toHaveLength(1);
    await world.close();
  });

  test('says where the unread posts begin, and leaves the line there', async () => {
    const story = await channelStory();
    const { world, posting, channel } = story;
    await say(world, posting.conversation, 'one');
    const first = look(story);
    await world.clock.pass(2000);
    channel.read(first.posts.getSnapshot().messages[0]!.seq!);
    await world.clock.pass(3000);
    first.end();
    await world.clock.pass(2000);
    await say(world, posting.conversation, 'two', 'three');
    const { posts } = look(story);
    await world.clock.pass(2000);
    const { messages, firstUnreadSeq } = posts.getSnapshot();
    expect(messages.find(({ seq }) => seq === firstUnreadSeq)?.text).toBe('two');
    channel.read(messages.at(-1)!.seq!);
    await say(world, posting.conversation, 'four');
    await world.clock.pass(3000);
    expect(posts.getSnapshot().firstUnreadSeq).toBe(firstUnreadSeq);
    await world.close();
  });
});

describe('Following', () => {
  test('ends: its posts go from the device, and what is open is gone; and begins anew in the same window', async () => {
    const story = await channelStory();
    const { world, posting, channel, channels } = story;
    channels.followed.subscribe(() => {});
    channel.subscription.subscribe(() => {});
    const { posts } = look(story);
    await say(world, posting.conversation, 'one');
    await world.clock.pass(1000);
    expect(channel.subscription.getSnapshot()).toMatchObject({ isFollowing: true });
    await soon(world, channel.unfollow());
    await world.clock.pass(3000);
    expect(posts.getSnapshot()).toMatchObject({ status: 'gone', messages: [] });
    expect(channels.followed.getSnapshot().value).toEqual([]);
    expect(channel.subscription.getSnapshot()).toBeUndefined();
    await soon(world, channel.follow());
    await world.clock.pass(3000);
    await say(world, posting.conversation, 'two');
    await world.clock.pass(1000);
    expect(texts(posts)).toEqual(['one', 'two']);
    await world.close();
  });

  test('ends where the owner takes the user out, and can’t begin again', async () => {
    const story = await channelStory();
    const { world, model, channel, channels, posting } = story;
    channels.followed.subscribe(() => {});
    await say(world, posting.conversation, 'one');
    const { posts } = look(story);
    await world.clock.pass(2000);
    model.remove('bob');
    await world.clock.pass(3000);
    expect(posts.getSnapshot().status).toBe('gone');
    expect(channels.followed.getSnapshot().value).toEqual([]);
    await expect(soon(world, channel.follow())).rejects.toMatchObject({ code: 'conversation_not_found' });
    await world.close();
  });

  test('is what watching needs: who doesn’t asks once, and is watched for once they do', async () => {
    const story = await channelStory();
    const { world, id, posting } = story;
    const carol = world.device('carol').open();
    await world.clock.until('she is online', () => isOnline(carol));
    const channel = channelsOf(carol.chat).channel(id);
    const { posts } = look({ channel });
    await world.clock.pass(2000);
    for (let turn = 0; turn < 5; turn++) {
      carol.notice();
      await world.clock.pass(1000);
    }
    expect(watches(story)).toHaveLength(1);
    await soon(world, channel.follow());
    await say(world, posting.conversation, 'Hello');
    await world.clock.pass(3000);
    expect(texts(posts)).toEqual(['Hello']);
    await world.close();
  });

  test('is what watching needs, also where it begins while the service is being asked', async () => {
    const story = await channelStory();
    const { world, id, posting } = story;
    await say(world, posting.conversation, 'Hello');
    const carol = world.device('carol').open();
    await world.clock.until('she is online', () => isOnline(carol));
    // What was asked before she followed is answered after that.
    const refusal = { status: 404, body: { status: 404, code: 'conversation_not_found', title: 'No.' }, late: 5000 };
    world.intercept = (_, path) => (path.includes(id) ? refusal : undefined);
    const channel = channelsOf(carol.chat).channel(id);
    const { posts } = look({ channel });
    const { details } = channel.conversation;
    details.subscribe(() => {});
    await world.clock.pass(1000);
    world.intercept = () => undefined;
    await soon(world, channel.follow());
    await world.clock.pass(10_000);
    expect(texts(posts)).toEqual(['Hello']);
    expect(details.getSnapshot()).toMatchObject({ status: 'ready', value: { title: 'News' } });
    await say(world, posting.conversation, 'And more');
    await world.clock.pass(3000);
    expect(texts(posts)).toEqual(['Hello', 'And more']);
    await world.close();
  });

  test('isn’t needed by who posts: their channel is in their list', async () => {
    const story = await channelStory();
    const { world, paula, posting, id } = story;
    const posts = posting.posts();
    posts.subscribe(() => {});
    await soon(world, posting.post({ text: 'Hello' }).sent);
    await world.clock.pass(10 * minute);
    expect(texts(posts)).toEqual(['Hello']);
    expect(paula.chat.conversations().getSnapshot().conversations).toMatchObject([{ conversationId: id, kind: 'channel' }]);
    expect(watches(story)).toEqual([]);
    await world.close();
  });
});
