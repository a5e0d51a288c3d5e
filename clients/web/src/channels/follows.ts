import type { Chat } from '@chat-functions/client';
import { channelsOf, type ChannelView } from '@chat-functions/client/channels';

/** A channel as the user follows it, as far as their list knows. */
export const followedOf = (chat: Chat, conversationId: string): ChannelView | undefined =>
  channelsOf(chat)
    .followed.getSnapshot()
    .value.find(one => one.conversationId === conversationId);

/** Whether it is a channel, which has no receipts. */
export const isChannel = (chat: Chat, conversationId: string): boolean =>
  chat.conversation(conversationId).summary.getSnapshot()?.kind === 'channel' || followedOf(chat, conversationId) !== undefined;
