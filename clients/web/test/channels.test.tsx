import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { channelsOf, channelView, subscriptionOf } from '../../react/test/fake-channels.ts';
import { fakeChat, messageOf, summaryOf } from '../../react/test/fake-chat.ts';
import { show } from './page.tsx';

/** The channel News, with posts, for who follows it or posts there. */
function withNews(...posts: ReturnType<typeof messageOf>[]) {
  const chat = fakeChat();
  const channels = channelsOf(chat);
  const news = channels.channel('news');
  const details = { title: 'News', kind: 'channel', followerCount: 12, members: [] } as never;
  news.conversation.details.set({ status: 'ready', value: details });
  news.window.state.set({ ...news.window.state.getSnapshot(), messages: posts });
  return { chat, channels, news };
}

test('shows a follower the posts, where the unread ones begin, and no composer', async () => {
  const { chat, news } = withNews(messageOf(1, 'paula', 'old'), messageOf(2, 'paula', 'new'));
  news.subscription.set(subscriptionOf('news'));
  news.window.state.set({ ...news.window.state.getSnapshot(), firstUnreadSeq: 2 });
  show(chat, '#/channel/news');
  const posts = await screen.findByRole('region', { name: 'Posts' });
  expect(within(posts).getByText('new')).toBeTruthy();
  expect(within(posts).getByText('New messages').closest('li')?.textContent).toContain('new');
  expect(screen.getByRole('heading', { name: 'News' })).toBeTruthy();
  expect(screen.getByText('12 followers')).toBeTruthy();
  expect(screen.queryByRole('textbox', { name: 'Post' })).toBeNull();
  expect(within(posts).getAllByRole('button', { name: 'React' })).toHaveLength(2);
  await userEvent.click(within(posts).getAllByRole('button', { name: 'More' })[0]!);
  const items = screen.getAllByRole('menuitem').map(({ textContent }) => textContent);
  expect(items).toEqual(['Copy', 'Forward', 'Report']);
});

test('lets a follower react and vote, and shows how many did and have read a post, but not who', async () => {
  const reactions = [{ key: '👍', count: 12_300, users: [], mine: false }];
  const options = [{ text: 'Yes', votes: 3, mine: false }];
  const { chat, news } = withNews(
    { ...messageOf(1, 'paula', 'old'), reactions, counts: { version: 4, views: 1, comments: 0 } },
    {
      ...messageOf(2, 'paula', 'Tea?'),
      kind: 'poll',
      poll: { options, multiple: false, voters: 3 },
      counts: { version: 9, views: 21_000, comments: 0 },
    },
  );
  news.subscription.set(subscriptionOf('news'));
  show(chat, '#/channel/news');
  const posts = await screen.findByRole('region', { name: 'Posts' });
  const like = within(posts).getByRole('button', { name: '👍 12300' });
  expect(like.textContent).toBe('👍 12K');
  await userEvent.click(like);
  expect(news.conversation.react).toHaveBeenCalledWith('m1', '👍');
  await userEvent.click(within(posts).getByRole('button', { name: /^Yes/ }));
  expect(news.conversation.vote).toHaveBeenCalledWith('m2', [0]);
  expect([...posts.querySelectorAll('.views')].map(one => one.textContent)).toEqual([' 1 view', ' 21K views']);
});

test('follows a channel that was opened by its link, and asks before unfollowing', async () => {
  const { chat, news } = withNews();
  news.window.state.set({ ...news.window.state.getSnapshot(), status: 'gone' });
  news.conversation.details.set({ status: 'failed', value: undefined });
  show(chat, '#/channel/news');
  await userEvent.click(await screen.findByRole('button', { name: 'Follow' }));
  expect(news.follow).toHaveBeenCalledWith();
  act(() => {
    news.subscription.set(subscriptionOf('news'));
    news.window.state.set({ ...news.window.state.getSnapshot(), status: 'ready' });
  });
  expect(screen.queryByText('You don’t follow this channel.')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Unfollow' }));
  expect(news.unfollow).not.toHaveBeenCalled();
  await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Unfollow' }));
  expect(news.unfollow).toHaveBeenCalledOnce();
});

test('mutes a channel, and says in the list that it is', async () => {
  const { chat, channels, news } = withNews(messageOf(1, 'paula', 'old'));
  news.subscription.set(subscriptionOf('news'));
  show(chat, '#/channel/news');
  await screen.findByRole('region', { name: 'Posts' });
  await userEvent.click(screen.getAllByRole('button', { name: 'More' })[0]!);
  await userEvent.click(screen.getByRole('menuitem', { name: 'Mute' }));
  await userEvent.click(screen.getByRole('radio', { name: 'Until I turn it on again' }));
  await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Mute' }));
  expect(news.follow).toHaveBeenCalledWith({ mutedUntil: '9999-12-31T23:59:59.999Z' });
  act(() => {
    channels.followed.set({ status: 'ready', value: [channelView('news', 'News', { isMuted: true, unreadCount: 3 })] });
    location.hash = '#/channels';
    dispatchEvent(new HashChangeEvent('hashchange'));
  });
  const list = await screen.findByRole('list', { name: 'Channels you follow' });
  expect(within(list).getByRole('link').getAttribute('href')).toBe('#/channel/news');
  expect(within(list).getByLabelText('muted')).toBeTruthy();
  expect(within(list).getByText('3').textContent).toContain('unread');
});

test('says how much is unread in all channels', () => {
  const { chat, channels } = withNews();
  channels.unread.set({ conversations: 2, messages: 5 });
  show(chat, '#/');
  expect(screen.getByRole('link', { name: /Channels/ }).textContent).toBe('Channels5 unread');
});

test('gives who posts a composer, which tells nobody that they are typing', async () => {
  const { chat, news } = withNews(messageOf(1, 'alice', 'mine'));
  news.conversation.summary.set(summaryOf('news', { kind: 'channel', title: 'News', peer: undefined }));
  show(chat, '#/c/news');
  const field = await screen.findByRole('textbox', { name: 'Post' });
  await userEvent.type(field, 'Hello{Enter}');
  expect(news.conversation.send).toHaveBeenCalledWith({ text: 'Hello' });
  expect(news.conversation.setTyping).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'More to send' }));
  expect(screen.getAllByRole('menuitem').map(({ textContent }) => textContent)).toEqual(['Poll', 'File', 'Sticker', 'Send later']);
});

test('shows who posts to those who do, and lets the owner call it otherwise, take somebody out and delete it', async () => {
  const { chat, news } = withNews(messageOf(1, 'alice', 'mine'));
  news.conversation.summary.set(summaryOf('news', { kind: 'channel', title: 'News', peer: undefined }));
  const members = [
    { userId: 'alice', role: 'owner', state: 'active' },
    { userId: 'carol', role: 'member', state: 'active' },
  ];
  news.conversation.members.set({ status: 'ready', value: members as never });
  const details = { title: 'News', kind: 'channel', followerCount: 12, members };
  news.conversation.details.set({ status: 'ready', value: details as never });
  show(chat, '#/channel/news');
  await screen.findByRole('textbox', { name: 'Post' });
  const open = async () => {
    await userEvent.click(screen.getAllByRole('button', { name: 'More' })[0]!);
    await userEvent.click(screen.getByRole('menuitem', { name: 'Members and settings' }));
    return await screen.findByRole('dialog', { name: 'Members and settings' });
  };
  const settings = await open();
  expect(within(settings).getByText('carol')).toBeTruthy();
  await userEvent.click(within(settings).getByRole('button', { name: 'More about carol' }));
  expect(screen.getByRole('menuitem', { name: 'Hand the channel over' })).toBeTruthy();
  await userEvent.keyboard('{Escape}');
  await userEvent.clear(within(settings).getByLabelText('Title'));
  await userEvent.type(within(settings).getByLabelText('Title'), 'Old news');
  await userEvent.click(within(settings).getByRole('button', { name: 'Save' }));
  expect(news.conversation.update).toHaveBeenCalledWith({ title: 'Old news' });
  await userEvent.click(within(settings).getByRole('button', { name: 'Take a follower out' }));
  await userEvent.type(screen.getByLabelText('Who'), 'eve');
  await userEvent.click(screen.getByRole('button', { name: 'Take out' }));
  expect(news.conversation.removeMember).toHaveBeenCalledWith('eve');
  await userEvent.click(within(settings).getByRole('button', { name: 'Delete the channel' }));
  await userEvent.click(within(screen.getByRole('dialog', { name: 'Delete the channel?' })).getByRole('button', { name: 'Delete' }));
  expect(news.conversation.delete).toHaveBeenCalledOnce();
  expect(location.hash).toBe('#/channels');

  // A plain member sees who posts, and can leave.
  act(() => {
    const value = { ...details, members: [{ ...members[0]!, role: 'member' }, { ...members[1]!, role: 'owner' }] };
    news.conversation.details.set({ status: 'ready', value: value as never });
    location.hash = '#/channel/news';
    dispatchEvent(new HashChangeEvent('hashchange'));
  });
  await screen.findByRole('textbox', { name: 'Post' });
  const shown = await open();
  const names = within(shown).getAllByRole('button').map(({ textContent }) => textContent?.trim()).filter(Boolean);
  expect(names).toEqual(['Leave the channel']);
});

test('makes a channel for who may', async () => {
  sessionStorage.setItem('role', 'chat.publisher');
  const { chat, channels } = withNews();
  show(chat, '#/channels');
  await userEvent.click(await screen.findByRole('button', { name: 'New channel' }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Title' }), 'News');
  await userEvent.click(screen.getByRole('button', { name: 'Create' }));
  expect(channels.create).toHaveBeenCalledWith({ title: 'News', visibility: 'public' });
  expect(location.hash).toBe('#/channel/created');
});

test('says in the list what a post without a text is', async () => {
  const { chat, channels } = withNews();
  const last = { seq: 1, senderId: 'paula', at: '2026-01-31T09:30:00.000Z', preview: '' };
  const all = [
    { ...last, attachment: 'voice' },
    { ...last, card: 'event' },
    { ...last, isHeld: true },
    { ...last, hidden: 'blocked' },
    last,
  ];
  const value = all.map((lastMessage, index) => channelView(`c${index}`, 'News', { lastMessage: lastMessage as never }));
  channels.followed.set({ status: 'ready', value });
  show(chat, '#/channels');
  const list = await screen.findByRole('list', { name: 'Channels you follow' });
  const previews = [...list.querySelectorAll('.preview')].map(one => one.textContent);
  expect(previews).toEqual(['Voice message', 'Event', 'Waits to be looked at', 'Blocked message', 'Post']);
});

test('opens as a channel whatever its link says, and links its pins nowhere', async () => {
  const { chat, news } = withNews(messageOf(1, 'paula', 'old'));
  const pins = [1, 2].map(seq => ({ message: messageOf(seq, 'paula', `pinned ${seq}`), by: 'paula', at: '' }));
  news.conversation.pins.set({ status: 'ready', value: pins as never });
  show(chat, '#/c/news');
  expect(await screen.findByRole('region', { name: 'Posts' })).toBeTruthy();
  expect(screen.getByText('pinned 1')).toBeTruthy();
  expect(screen.queryByRole('link', { name: 'All 2' })).toBeNull();
});

test('opens the comments on a post beside it, and says that they are off or gone', async () => {
  const { chat, news } = withNews({ ...messageOf(1, 'paula', 'The bridge is open'), counts: { version: 3, views: 2, comments: 2 } });
  news.subscription.set(subscriptionOf('news'));
  const { details, window } = news.comments('m1');
  const there = { conversationId: 'comments', kind: 'comments', comments: true, slowModeSeconds: 30, members: [] } as never;
  details.set({ status: 'ready', value: there });
  window.state.set({
    ...window.state.getSnapshot(),
    messages: [{ ...messageOf(1, 'carol', 'At last'), conversationId: 'comments' }],
  });
  show(chat, '#/channel/news');
  const link = await screen.findByRole('link', { name: '2 comments' });
  expect(link.getAttribute('href')).toBe('#/channel/news/comments/m1');
  await userEvent.click(link);
  const panel = await screen.findByRole('complementary', { name: 'Comments' });
  const list = within(panel).getByRole('region', { name: 'Comments' });
  expect(within(list).getByText('At last')).toBeTruthy();
  await userEvent.type(within(panel).getByRole('textbox', { name: 'Comment' }), 'Indeed');
  await userEvent.click(within(panel).getByRole('button', { name: 'Send' }));
  expect(chat.conversation('comments').send).toHaveBeenCalledWith({ text: 'Indeed' });
  expect(within(panel).queryByRole('button', { name: 'More to send' })).toBeNull();
  await userEvent.click(within(list).getByRole('button', { name: 'More' }));
  const items = screen.getAllByRole('menuitem').map(({ textContent }) => textContent);
  expect(items).toEqual(['Reply', 'Copy', 'Forward', 'Report']);
  await userEvent.keyboard('{Escape}');

  act(() => details.set({ status: 'ready', value: { ...(there as object), comments: false } as never }));
  expect(within(panel).getByText('Comments are off.')).toBeTruthy();
  expect(within(panel).queryByRole('textbox')).toBeNull();
  const post = { ...messageOf(1, 'paula', ''), unsentAt: '2026-01-31T09:30:00.000Z' };
  act(() => news.window.state.set({ ...news.window.state.getSnapshot(), messages: [post] }));
  expect(within(panel).getByText('The comments went with the post.')).toBeTruthy();
  expect(within(panel).queryByText('At last')).toBeNull();
});

test('lets who keeps order turn comments on and choose the pause', async () => {
  const { chat, news } = withNews(messageOf(1, 'alice', 'mine'));
  const before = news.conversation.details.getSnapshot().value as object;
  const members = [{ userId: 'alice', role: 'owner', state: 'active' }];
  news.conversation.summary.set(summaryOf('news', { kind: 'channel', title: 'News', peer: undefined }));
  news.conversation.details.set({ status: 'ready', value: { ...before, comments: true, slowModeSeconds: 30, members } as never });
  news.conversation.inviteLinks.mockResolvedValue([]);
  show(chat, '#/channel/news');
  await userEvent.click((await screen.findAllByRole('button', { name: 'More' }))[0]!);
  await userEvent.click(screen.getByRole('menuitem', { name: 'Members and settings' }));
  await userEvent.selectOptions(await screen.findByLabelText(/^Pause/), '60');
  expect(news.conversation.update).toHaveBeenCalledWith({ slowModeSeconds: 60 });
  await userEvent.click(screen.getByLabelText('Followers comment on posts'));
  expect(news.conversation.update).toHaveBeenCalledWith({ comments: false });
});
