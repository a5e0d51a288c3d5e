import { act, render } from '@testing-library/react';
import { StrictMode } from 'react';
import { expect, test, vi } from 'vitest';
import {
  useChannelsUnread,
  useCommentMessages,
  useCommentsDetails,
  useFollowedChannels,
  usePosts,
  useSubscription,
} from '../src/channels.js';
import { ChatProvider } from '../src/index.js';
import { fakeChat, fakeWindow, messageOf, summaryOf, valueOf } from './fake-chat.js';

const channels = vi.hoisted(() => ({ followed: {}, unread: {}, channel: vi.fn() }));
vi.mock('@chat-functions/client/channels', () => ({ channelsOf: () => channels }));

test('Followed channels, and the posts of one, are shown as they are now while they are shown', () => {
  const followed = valueOf<object>({ status: 'loading', value: [] });
  const unread = valueOf({ conversations: 0, messages: 0 });
  const subscription = valueOf<object | undefined>(undefined);
  const window = fakeWindow();
  const posts = vi.fn(() => ({ ...window, ...window.state }));
  Object.assign(channels, { followed, unread });
  channels.channel.mockReturnValue({ subscription, posts });
  function Shown() {
    const { value } = useFollowedChannels();
    const { messages, loadBefore } = usePosts('news', { pageSize: 10 });
    const { notify = 'not followed' } = useSubscription('news') ?? {};
    const { messages: count } = useChannelsUnread();
    return (
      <button onClick={() => void loadBefore()}>
        {[value.map(({ title }) => title).join(), count, notify, messages.map(({ text }) => text).join()].join(' | ')}
      </button>
    );
  }
  const { container, getByRole, unmount } = render(
    <StrictMode>
      <ChatProvider chat={fakeChat()}>
        <Shown />
      </ChatProvider>
    </StrictMode>,
  );
  expect(container.textContent).toBe(' | 0 | not followed | ');
  act(() => {
    followed.set({ status: 'ready', value: [summaryOf('news', { kind: 'channel', title: 'News' })] });
    unread.set({ conversations: 1, messages: 2 });
    subscription.set({ isFollowing: true, notify: 'all' });
    window.state.set({ ...window.state.getSnapshot(), messages: [messageOf(1, 'paula', 'Hello')] });
  });
  expect(container.textContent).toBe('News | 2 | all | Hello');
  getByRole('button').click();
  expect(window.loadBefore).toHaveBeenCalledOnce();
  expect(posts).toHaveBeenCalledWith({ around: undefined, pageSize: 10 });
  unmount();
  expect([followed, unread, subscription, window.state].map(({ subscribers }) => subscribers)).toEqual([0, 0, 0, 0]);
});

test('The comments on a post are shown once it is known where they are', () => {
  const details = valueOf<object>({ status: 'loading', value: undefined });
  const window = fakeWindow();
  const messages = vi.fn(() => ({ ...window, ...window.state }));
  const comments = vi.fn(() => ({ details, messages }));
  channels.channel.mockReturnValue({ comments });
  function Opened() {
    return useCommentMessages('news', 'm1', { pageSize: 10 }).messages.map(({ text }) => text).join();
  }
  function Shown() {
    const { value, status } = useCommentsDetails('news', 'm1');
    return value ? <Opened /> : status;
  }
  const { container, unmount } = render(
    <StrictMode>
      <ChatProvider chat={fakeChat()}>
        <Shown />
      </ChatProvider>
    </StrictMode>,
  );
  expect(container.textContent).toBe('loading');
  expect(messages).not.toHaveBeenCalled();
  act(() => {
    details.set({ status: 'ready', value: { conversationId: 'comments' } });
    window.state.set({ ...window.state.getSnapshot(), messages: [messageOf(1, 'bob', 'Nice')] });
  });
  expect(container.textContent).toBe('Nice');
  expect(comments).toHaveBeenCalledWith('m1');
  expect(messages).toHaveBeenCalledWith({ around: undefined, pageSize: 10 });
  unmount();
  expect([details, window.state].map(({ subscribers }) => subscribers)).toEqual([0, 0]);
});
