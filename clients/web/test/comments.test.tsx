import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { ChatError, type OutboxItem } from '@chat-functions/client';
import { expect, test } from 'vitest';
import { channelsOf, subscriptionOf } from '../../react/test/fake-channels.ts';
import { fakeChat, messageOf, summaryOf } from '../../react/test/fake-chat.ts';
import { show } from './page.tsx';

const there = { conversationId: 'comments', kind: 'comments', comments: true, slowModeSeconds: 30, members: [] } as never;

/** The channel News with two posts, which take comments. */
function withNews() {
  const chat = fakeChat();
  const news = channelsOf(chat).channel('news');
  const posts = [1, 2].map(seq => ({ ...messageOf(seq, 'paula', `Post ${seq}`), counts: { version: 3, views: 2, comments: seq } }));
  const details = { title: 'News', kind: 'channel', followerCount: 12, members: [], comments: true };
  news.conversation.details.set({ status: 'ready', value: details as never });
  news.window.state.set({ ...news.window.state.getSnapshot(), messages: posts });
  const { details: about } = news.comments('m1');
  return { chat, news, answered: () => act(() => about.set({ status: 'ready', value: there })) };
}

test('comments that come late don’t take the keyboard from who writes elsewhere by then', async () => {
  const { chat, news, answered } = withNews();
  news.conversation.summary.set(summaryOf('news', { kind: 'channel', title: 'News', peer: undefined }));
  show(chat, '#/channel/news/comments/m1');
  const field = await screen.findByRole('textbox', { name: 'Post' });
  await screen.findByRole('complementary', { name: 'Comments' });
  await userEvent.click(field);
  await userEvent.keyboard('The bri');
  answered();
  await screen.findByRole('textbox', { name: 'Comment' });
  await userEvent.keyboard('dge');
  expect(field).toHaveProperty('value', 'The bridge');
});

test('Escape closes the comments, but not what is typed, and the focus goes back to their link', async () => {
  const { chat, news, answered } = withNews();
  news.subscription.set(subscriptionOf('news'));
  answered();
  show(chat, '#/channel/news');
  const link = await screen.findByRole('link', { name: '1 comment' });
  await userEvent.click(link);
  const field = await screen.findByRole('textbox', { name: 'Comment' });
  expect(document.activeElement).toBe(field);
  await userEvent.keyboard('Ind{Escape}');
  expect(field).toHaveProperty('value', 'Ind');
  expect(location.hash).toBe('#/channel/news/comments/m1');
  await userEvent.clear(field);
  await userEvent.keyboard('{Escape}');
  expect(location.hash).toBe('#/channel/news');
  act(() => void dispatchEvent(new HashChangeEvent('hashchange')));
  expect(screen.queryByRole('complementary', { name: 'Comments' })).toBeNull();
  expect(document.activeElement).toBe(link);
});

test('Escape closes a menu over the comments alone', async () => {
  const { chat, news, answered } = withNews();
  news.subscription.set(subscriptionOf('news'));
  const { window } = news.comments('m1');
  window.state.set({ ...window.state.getSnapshot(), messages: [{ ...messageOf(1, 'carol', 'At last'), conversationId: 'comments' }] });
  answered();
  show(chat, '#/channel/news/comments/m1');
  const panel = await screen.findByRole('complementary', { name: 'Comments' });
  await userEvent.click(within(panel).getByRole('button', { name: 'More' }));
  await userEvent.keyboard('{Escape}');
  expect(location.hash).toBe('#/channel/news/comments/m1');
});

test('says that a comment wasn’t sent where its panel was closed', async () => {
  const { chat, answered } = withNews();
  answered();
  show(chat, '#/channel/news');
  await screen.findByRole('region', { name: 'Posts' });
  const item: OutboxItem = { id: 'o', conversationId: 'comments', kind: 'send', state: 'queued', queuedAt: '2026-01-31T09:30:00.000Z' };
  act(() => chat.outbox.set([{ ...item, text: 'Indeed' }]));
  const error = new ChatError({ code: 'comments_off', title: 'There are no comments.', status: 403 });
  act(() => chat.outbox.set([{ ...item, text: 'Indeed', state: 'failed', error }]));
  await screen.findByText('“Indeed” wasn’t sent. There are no comments.');
});

test('says nothing of what the list or the open panel shows', async () => {
  const { chat, news, answered } = withNews();
  news.subscription.set(subscriptionOf('news'));
  answered();
  chat.conversations('all').set({ conversations: [summaryOf('c')], isLoaded: true });
  chat.conversation('c').summary.set(summaryOf('c'));
  show(chat, '#/channel/news/comments/m1');
  await screen.findByRole('textbox', { name: 'Comment' });
  const error = new ChatError({ code: 'not_allowed', title: 'No.', status: 403 });
  const items = (state: 'queued' | 'failed'): OutboxItem[] =>
    ['c', 'comments'].map(conversationId => ({
      ...{ id: conversationId, conversationId, kind: 'send', state, queuedAt: '2026-01-31T09:30:00.000Z', text: 'Later' },
      ...(state === 'failed' && { error }),
    }));
  act(() => chat.outbox.set(items('queued')));
  act(() => chat.outbox.set(items('failed')));
  expect(screen.queryByText(/“Later” wasn’t sent/)).toBeNull();
});
