import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, test, vi } from 'vitest';
import { messageOf } from '../../react/test/fake-chat.ts';
import { show as showChat, withBob } from './page.tsx';

// What is loaded when it is needed, and isn't there: the connection broke, or the page has been replaced since.
const gone = vi.hoisted(() => () => {
  throw new Error('Failed to fetch dynamically imported module');
});
vi.mock('../src/voice/voice-recorder.tsx', gone);
vi.mock('../src/conversation/poll-dialog.tsx', gone);
vi.mock('../src/sharing/place-dialog.tsx', gone);
vi.mock('../src/collections/collect-dialog.tsx', gone);
vi.mock('../src/channels/channel-pane.tsx', gone);
vi.mock('../src/channels/channel-list.tsx', gone);
vi.mock('../src/details/details.tsx', gone);
vi.mock('../src/settings/settings.tsx', gone);
vi.mock('../src/list/new-conversation.tsx', gone);
vi.mock('../src/ui/emoji-picker.tsx', gone);
vi.mock('../src/streaks/flame.tsx', gone);
vi.hoisted(() => {
  vi.stubGlobal('MediaRecorder', class {});
  Object.defineProperty(navigator, 'mediaDevices', { value: {} });
});

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
});

const show = (address: string) => showChat(withBob(messageOf(1, 'bob', 'Look: https://example.com/rome')).chat, address);

const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const choose = (name: string) => userEvent.click(screen.getByRole('menuitem', { name }));
/** Sees that it is told, and takes that away. */
const toldOnce = async () => {
  const notice = await screen.findByRole('button', { name: /A part of the page can’t be loaded/ });
  await userEvent.click(notice);
};

const record = () => press('Record a voice message');
const ways: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['the recorder', record],
  ['emoji', () => press('Emoji')],
  ['a poll', () => press('More to send').then(() => choose('Poll'))],
  ['a place', () => press('More to send').then(() => choose('Share your place'))],
  [
    'a collection',
    () => userEvent.pointer({ target: screen.getByText(/Look/), keys: '[MouseRight]' }).then(() => choose('Add to collection')),
  ],
  ['a new conversation', () => press('New conversation')],
];

test.each(ways)('the conversation stays where what it opens can’t be loaded: %s', async (_, open) => {
  show('#/c/c');
  await open();
  await toldOnce();
  screen.getByText(/Look/);
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(screen.getByPlaceholderText('Message').closest('form')!.hidden).toBe(false);
});

test('what can’t be loaded is told again by the next try', async () => {
  show('#/c/c');
  await record();
  await toldOnce();
  await record();
  await toldOnce();
  expect(screen.getByPlaceholderText('Message').closest('form')!.hidden).toBe(false);
});

const pages = ['#/c/c/details', '#/channels', '#/settings', '#/channel/n'];
test.each(pages)('the list stays where a page can’t be loaded: %s', async address => {
  show(address);
  await toldOnce();
  const list = screen.getByRole('navigation', { name: 'Conversations' });
  const link = within(list).getByRole('link', { name: /Back to the conversations|bob/ });
  await userEvent.click(link);
  act(() => void dispatchEvent(new HashChangeEvent('hashchange')));
  within(list).getByRole('link', { name: /bob/ });
});

test('the page does without streaks where they can’t be loaded', async () => {
  const { chat, conversation, summary } = withBob();
  conversation.summary.set({ ...summary, activityAt: new Date().toISOString() });
  vi.mocked(console.error).mockClear();
  showChat(chat);
  await waitFor(() => expect(console.error).toHaveBeenCalled());
  expect(screen.getByPlaceholderText('Message')).toBeTruthy();
});
