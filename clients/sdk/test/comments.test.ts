import { describe, expect, test } from 'vitest';
import { channelStory, type ChannelStory } from './support/channel.js';
import type { Json } from './support/state.js';
import { asked, say, soon, texts } from './support/story.js';

const where = 'commentscommentscommen';

/** The comments on Paula's first post, as the service has them: a conversation that is in no list. */
function serve({ world, id }: ChannelStory, postId: string) {
  const said: Json[] = [];
  const state = { isOn: true, requests: [] as string[] };
  const at = () => new Date(world.clock.now).toISOString();
  const details = () => ({
    conversationId: where,
    kind: 'comments',
    title: null,
    createdBy: 'paula',
    createdAt: '2026-01-31T09:30:00.000Z',
    lastSeq: said.length + 1,
    messageCount: said.length,
    memberCount: 0,
    members: [],
    unreadCount: 0,
    preferences: { pinned: false, archived: false },
    markedUnread: false,
    clearedSeq: 0,
    comments: state.isOn,
    slowModeSeconds: 30,
    post: { conversationId: id, messageId: postId },
  });
  const add = (senderId: string, text: string, clientMessageId: string): Json => {
    // The log begins with an entry that says nothing.
    const [seq, messageId] = [said.length + 2, `comment-${said.length + 1}`.padEnd(22, '-')];
    const message = { messageId, conversationId: where, seq, ordinal: seq - 1, senderId, clientMessageId, kind: 'text', text, at: at() };
    said.push({ ...message, updatedSeq: seq, revision: 0, reactions: [] });
    return said.at(-1)!;
  };
  world.intercept = (method, path, body) => {
    if (path !== `/channels/${id}/posts/${postId}/comments` && !path.includes(where)) return undefined;
    state.requests.push(`${method} ${path}`);
    if (path.endsWith('/comments')) {
      const off = { status: 403, code: 'comments_off', title: 'Off.' };
      return state.isOn || said.length ? { status: 200, body: details() } : { status: 403, body: off };
    }
    if (path.endsWith('/watch')) return { status: 200, body: { until: at() } };
    if (path.endsWith('/messages') && method === 'POST')
      return { status: 201, body: add('bob', body['text'] as string, body['clientMessageId'] as string) };
    if (path.endsWith('/messages')) return { status: 200, body: { messages: said, fromSeq: 1, toSeq: said.length + 1, hasMore: false } };
    return { status: 200, body: { events: [], fromSeq: said.length + 2, toSeq: said.length + 1, hasMore: false } };
  };
  const tell = (text: string) => {
    const message = add('carol', text, 'ffff');
    const event = { type: 'message.created', conversationId: where, seq: message['seq'], at: message['at'], data: message };
    world.service.push(['bob'], event as Json);
  };
  return { state, tell };
}

/** Paula has posted, and Bob has the channel. */
async function postedStory() {
  const story = await channelStory();
  const [postId] = await say(story.world, story.posting.conversation, 'News');
  return { ...story, postId: postId!, service: serve(story, postId!) };
}

describe('The comments on a post', () => {
  test('are opened once, come live while they are watched, and are in no list', async () => {
    const { world, bob, channel, postId, service } = await postedStory();
    const comments = channel.comments(postId);
    expect(channel.comments(postId)).toBe(comments);
    expect(service.state.requests).toEqual([]);
    const end = comments.details.subscribe(() => {});
    await world.clock.until('they are there', () => comments.details.getSnapshot().status === 'ready');
    expect(comments.details.getSnapshot().value).toMatchObject({ conversationId: where, comments: true, slowModeSeconds: 30 });
    const window = comments.messages();
    const leave = window.subscribe(() => {});
    await world.clock.until('they are read', () => window.getSnapshot().status === 'ready');
    expect(service.state.requests.filter(one => one.includes('/watch'))).toEqual([`POST /channels/${where}/watch`]);
    service.tell('First!');
    await world.clock.pass(1000);
    await soon(world, bob.chat.conversation(where).send({ text: 'Second' }).sent);
    await world.clock.pass(1000);
    expect(texts(window)).toEqual(['First!', 'Second']);
    await world.clock.pass(5000);
    expect(asked(world, new RegExp(`GET /conversations/${where}$`))).toEqual([]);
    expect(service.state.requests).not.toContain(`GET /conversations/${where}`);
    expect(bob.chat.conversation(where).summary.getSnapshot()).toBeUndefined();
    const watches = () => service.state.requests.filter(one => one.includes('/watch')).length;
    await world.clock.pass(4.5 * 60_000);
    expect(watches()).toBe(2);
    leave();
    end();
    await world.clock.pass(10 * 60_000);
    expect(watches()).toBe(2);
    await world.close();
  });

  test('say that they are off, and are asked for again when the channel changes', async () => {
    const { world, id, channel, postId, service } = await postedStory();
    service.state.isOn = false;
    const { details } = channel.comments(postId);
    details.subscribe(() => {});
    await world.clock.until('they are refused', () => details.getSnapshot().error !== undefined);
    expect(details.getSnapshot()).toMatchObject({ value: undefined, error: { code: 'comments_off' } });
    service.state.isOn = true;
    const at = new Date(world.clock.now).toISOString();
    world.service.push(['bob'], { type: 'conversation.updated', conversationId: id, seq: 9, at, data: { by: 'paula' } });
    await world.clock.until('they are there', () => details.getSnapshot().status === 'ready');
    expect(details.getSnapshot().value?.comments).toBe(true);
    await world.close();
  });
});
