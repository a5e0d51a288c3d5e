import type { ConversationDetails, Loaded, UnreadCounts, WindowOptions } from '@chat-functions/client';
import {
  channelsOf,
  type Channel,
  type Channels,
  type ChannelView,
  type Comments,
  type Subscription,
} from '@chat-functions/client/channels';
import { useMemo } from 'react';
import { useObservable, useWindow, type Messages } from './hooks.js';
import { useChat } from './provider.js';

/** What can be done with channels: `create`, `channel`. It is the same object for the same chat. */
export function useChannels(): Channels {
  return channelsOf(useChat());
}

/** What the user follows, the newest post first: asked for once a minute while the component is mounted and the page is visible. */
export function useFollowedChannels(): Loaded<readonly ChannelView[]> {
  return useObservable(useChannels().followed);
}

/** What is unread in followed channels that aren't muted; as new as `useFollowedChannels` is. */
export function useChannelsUnread(): UnreadCounts {
  return useObservable(useChannels().unread);
}

/** What can be done in a channel. It is the same object for the same id, and changes nothing by itself. */
export function useChannel(conversationId: string): Channel {
  return useChannels().channel(conversationId);
}

/** How the user follows a channel; undefined while they don't, and while that isn't known. */
export function useSubscription(conversationId: string): Subscription | undefined {
  return useObservable(useChannel(conversationId).subscription);
}

/** A range of a channel's posts, live while the component is mounted and the page is visible. Other options are another window. */
export function usePosts(conversationId: string, { around, pageSize }: WindowOptions = {}): Messages {
  const channel = useChannel(conversationId);
  return useWindow(useMemo(() => channel.posts({ around, pageSize }), [channel, around, pageSize]));
}

/** The comments on a channel's post. It is the same object for the same ids, and asks for nothing by itself. */
export function useComments(conversationId: string, messageId: string): Comments {
  return useChannel(conversationId).comments(messageId);
}

/** Where they are and whether new ones are taken: asked for while the component is mounted. */
export function useCommentsDetails(conversationId: string, messageId: string): Loaded<ConversationDetails | undefined> {
  return useObservable(useComments(conversationId, messageId).details);
}

/** A range of the comments on a post, once their details are ready; live while the component is mounted and the page is visible. */
export function useCommentMessages(conversationId: string, messageId: string, { around, pageSize }: WindowOptions = {}): Messages {
  const comments = useComments(conversationId, messageId);
  return useWindow(useMemo(() => comments.messages({ around, pageSize }), [comments, around, pageSize]));
}
