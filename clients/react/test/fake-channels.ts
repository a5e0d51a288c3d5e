import type { ConversationDetails, Loaded, UnreadCounts } from '@chat-functions/client';
import type { Channel, Channels, ChannelView, Comments, Subscription } from '@chat-functions/client/channels';
import { vi, type Mock } from 'vitest';
import { fakeWindow, summaryOf, valueOf, type FakeChat, type FakeConversation, type FakeWindow, type Value } from './fake-chat.js';

export interface FakeChannel extends Channel {
  readonly conversation: FakeConversation;
  readonly subscription: Value<Subscription | undefined>;
  readonly window: FakeWindow;
  comments(messageId: string): FakeComments;
  readonly follow: Mock;
  readonly unfollow: Mock;
}

export interface FakeComments extends Comments {
  readonly details: Value<Loaded<ConversationDetails | undefined>>;
  readonly window: FakeWindow;
}

export interface FakeChannels extends Channels {
  readonly followed: Value<Loaded<readonly ChannelView[]>>;
  readonly unread: Value<UnreadCounts>;
  readonly create: Mock;
  channel(conversationId: string): FakeChannel;
}

const all = new WeakMap<object, FakeChannels>();

/** The channels of a fake chat, in place of the client's: what a test sets, and what was called. */
export function channelsOf(chat: FakeChat): FakeChannels {
  const known = all.get(chat);
  if (known) return known;
  const channels = new Map<string, FakeChannel>();
  const make = (conversationId: string): FakeChannel => {
    const window = fakeWindow();
    const conversation = chat.conversation(conversationId);
    const comments = new Map<string, FakeComments>();
    return {
      comments: messageId => {
        const made = comments.get(messageId) ?? commentsOf();
        comments.set(messageId, made);
        return made;
      },
      conversationId,
      conversation,
      subscription: valueOf<Subscription | undefined>(undefined),
      window,
      posts: () => window,
      post: content => conversation.send(content),
      read: seq => conversation.read(seq),
      follow: vi.fn(async () => undefined),
      unfollow: vi.fn(async () => undefined),
    };
  };
  const fake: FakeChannels = {
    followed: valueOf<Loaded<readonly ChannelView[]>>({ status: 'ready', value: [] }),
    unread: valueOf<UnreadCounts>({ conversations: 0, messages: 0 }),
    create: vi.fn(async () => make('created')),
    channel(id) {
      if (!channels.has(id)) channels.set(id, make(id));
      return channels.get(id)!;
    },
  };
  all.set(chat, fake);
  return fake;
}

function commentsOf(): FakeComments {
  const window = fakeWindow();
  const details = valueOf<Loaded<ConversationDetails | undefined>>({ status: 'loading', value: undefined });
  return { details, window, messages: () => window };
}

export const subscriptionOf = (conversationId: string, more: Partial<Subscription> = {}): Subscription => ({
  conversationId,
  isFollowing: true,
  version: 1,
  notify: 'all',
  joinedOrdinal: 0,
  readOrdinal: 0,
  ...more,
});

/** A channel as the list of those that are followed has it. */
export const channelView = (conversationId: string, title: string, more: Partial<ChannelView> = {}): ChannelView => ({
  ...summaryOf(conversationId, { kind: 'channel', title, peer: undefined }),
  subscription: subscriptionOf(conversationId),
  ...more,
});
