import { describe, expect, test } from 'vitest';
import { channelsOf } from '../src/channels.js';
import { channelStory, look } from './support/channel.js';
import { asked, isOnline, say, soon, texts } from './support/story.js';

const minute = 60_000;

describe('The list of followed channels', () => {
  test('has what the user follows, and asks once a minute for what was posted', async () => {
    const story = await channelStory();
    const { world, channels, posting } = story;
    channels.followed.subscribe(() => {});
    await world.clock.until('it is there', () => channels.followed.getSnapshot().value.length === 1);
    expect(channels.followed.getSnapshot()).toMatchObject({ status: 'ready', value: [{ title: 'News', unreadCount: 0, isMuted: false }] });
    await say(world, posting.conversation, 'one', 'two');
    await world.clock.pass(1.2 * minute);
    expect(channels.followed.getSnapshot().value).toMatchObject([{ unreadCount: 2, lastMessage: { preview: 'two' } }]);
    expect(channels.unread.getSnapshot()).toEqual({ conversations: 1, messages: 2 });
    await world.close();
  });

  test('asks nothing while nobody sees it', async () => {
    const { world, bob, channels } = await channelStory();
    const end = channels.followed.subscribe(() => {});
    await world.clock.pass(1000);
    bob.isVisible = false;
    world.service.requests = [];
    await world.clock.pass(5 * minute);
    expect(asked(world, /bob GET \/conversations$/)).toEqual([]);
    bob.isVisible = true;
    bob.notice();
    await world.clock.pass(2000);
    expect(asked(world, /bob GET \/conversations$/)).toHaveLength(1);
    end();
    await world.clock.pass(5 * minute);
    expect(asked(world, /bob GET \/conversations$/)).toHaveLength(1);
    await world.close();
  });

  test('asks nothing for who follows none, and has what they follow from another device', async () => {
    const { world, id, channels, channel } = await channelStory();
    channels.followed.subscribe(() => {});
    await soon(world, channel.unfollow());
    await world.clock.pass(2 * minute);
    world.service.requests = [];
    await world.clock.pass(5 * minute);
    expect(asked(world, /bob GET \/conversations\b/)).toEqual([]);
    const phone = world.device('bob').open();
    await world.clock.until('the phone is online', () => isOnline(phone));
    await soon(world, channelsOf(phone.chat).channel(id).follow());
    await world.clock.pass(4000);
    expect(channels.followed.getSnapshot().value).toHaveLength(1);
    await world.close();
  });

  test('shows nothing of whom the user blocks, as long as they do', async () => {
    const story = await channelStory();
    const { world, bob, posting, channels } = story;
    channels.followed.subscribe(() => {});
    look(story);
    const last = () => channels.followed.getSnapshot().value[0]!.lastMessage;
    await world.clock.pass(2000);
    await say(world, posting.conversation, 'one');
    await world.clock.pass(1000);
    await soon(world, bob.chat.block('paula'));
    await world.clock.pass(1000);
    expect(last()).toMatchObject({ preview: '', hidden: 'blocked' });
    await say(world, posting.conversation, 'two');
    await world.clock.pass(1000);
    expect(last()).toMatchObject({ preview: '', hidden: 'blocked' });
    await soon(world, bob.chat.unblock('paula'));
    await world.clock.pass(1000);
    expect(last()?.preview).toBe('two');
    await world.close();
  });

  test('shows an edit and what is shared besides texts, and asks for nothing', async () => {
    const story = await channelStory();
    const { world, posting, channels } = story;
    channels.followed.subscribe(() => {});
    look(story);
    await world.clock.pass(2000);
    const [messageId] = await say(world, posting.conversation, 'one');
    await world.clock.pass(1000);
    world.service.requests = [];
    const last = () => channels.followed.getSnapshot().value[0]!.lastMessage;
    posting.conversation.edit(messageId!, 'first');
    await world.clock.pass(4000);
    expect(last()?.preview).toBe('first');
    posting.post({ sticker: { packId: 'cats', stickerId: 'wave' } });
    await world.clock.pass(2000);
    expect(last()).toMatchObject({ preview: '', attachment: 'sticker' });
    expect(asked(world, /bob GET \/conversations\b/)).toEqual([]);
    await world.close();
  });

  test('has a private channel that the user came to by a link, and no more once they left it', async () => {
    const { world, bob, id, model, posting, channels, channel } = await channelStory();
    Object.assign(model, { code: 'secret', isPrivate: true });
    channels.followed.subscribe(() => {});
    await soon(world, channel.unfollow());
    await expect(soon(world, channel.follow())).rejects.toMatchObject({ code: 'conversation_not_found' });
    const { conversation } = await soon(world, bob.chat.joinByInvite('secret'));
    const details = conversation?.details.getSnapshot().value;
    expect(details).toMatchObject({ conversationId: id, kind: 'channel', subscription: { notify: 'all' } });
    await world.clock.until('it is listed', () => channels.followed.getSnapshot().value.length === 1);
    expect(bob.chat.conversations('all').getSnapshot().conversations).toEqual([]);
    const { posts } = look({ channel });
    await say(world, posting.conversation, 'for you');
    await world.clock.until('the post is there', () => texts(posts).includes('for you'));
    await soon(world, channel.unfollow());
    await world.clock.pass(2000);
    expect(channels.followed.getSnapshot().value).toEqual([]);
    await world.close();
  });

  test('follows what the user does on another device, and is there without a connection', async () => {
    const { world, bob, id, channels } = await channelStory();
    channels.followed.subscribe(() => {});
    await world.clock.pass(2000);
    const phone = world.device('bob').open();
    await world.clock.until('the phone is online', () => isOnline(phone));
    const there = channelsOf(phone.chat);
    await soon(world, there.channel(id).follow({ mutedUntil: '2999-01-01T00:00:00.000Z', notify: 'none' }));
    await world.clock.pass(2000);
    expect(channels.followed.getSnapshot().value).toMatchObject([{ isMuted: true, subscription: { notify: 'none' } }]);
    await soon(world, there.channel(id).unfollow());
    await world.clock.pass(2000);
    expect(channels.followed.getSnapshot().value).toEqual([]);
    await soon(world, there.channel(id).follow());
    await world.clock.pass(4000);
    expect(channels.followed.getSnapshot().value).toHaveLength(1);

    bob.kill();
    const again = bob.device.open();
    again.setOnline(false);
    const kept = channelsOf(again.chat);
    kept.followed.subscribe(() => {});
    await world.clock.pass(1000);
    expect(kept.followed.getSnapshot().value).toMatchObject([{ title: 'News' }]);
    await world.close();
  });

  test('isn’t the user’s list of conversations, whatever is pushed', async () => {
    const story = await channelStory();
    const { world, bob, posting } = story;
    look(story);
    await world.clock.pass(2000);
    world.service.requests = [];
    await say(world, posting.conversation, 'one', 'two', 'three');
    await world.clock.pass(5000);
    expect(bob.chat.conversations('all').getSnapshot().conversations).toEqual([]);
    // Nothing is asked for each post.
    expect(asked(world, /bob GET \/(sync|conversations\/[^/]+$)/).length).toBeLessThan(4);
    await world.close();
  });
});
