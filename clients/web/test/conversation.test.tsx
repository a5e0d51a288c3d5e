import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { messageOf, refusal, summaryOf } from '../../react/test/fake-chat.ts';
import { show, withBob } from './page.tsx';

const composer = () => screen.getByPlaceholderText('Message');

test('sends what was typed, once, and empties the composer', async () => {
  const { chat, conversation } = withBob();
  show(chat);
  await userEvent.type(composer(), 'Hello{Enter}{Enter}');
  expect(conversation.send.mock.calls).toEqual([[{ text: 'Hello' }]]);
  expect(composer()).toHaveProperty('value', '');
});

test('keeps each conversation’s draft apart, and has it before the list does', async () => {
  const { chat } = withBob();
  const { unmount } = show(chat);
  await userEvent.type(composer(), 'half a sen');
  unmount();
  show(chat, '#/c/other');
  expect(composer()).toHaveProperty('value', '');
  act(() => {
    location.hash = '#/c/c';
    dispatchEvent(new HashChangeEvent('hashchange'));
  });
  expect(composer()).toHaveProperty('value', 'half a sen');
});

test('goes on with a draft that was begun on another device, and not with one that was sent from here', async () => {
  const { chat, conversation, summary } = withBob();
  conversation.summary.set({ ...summary, preferences: { pinned: false, archived: false, draft: { text: 'Dear Bob' } } });
  show(chat);
  expect(composer()).toHaveProperty('value', 'Dear Bob');
  await userEvent.type(composer(), ', hello{Enter}');
  expect(conversation.send).toHaveBeenCalledWith({ text: 'Dear Bob, hello' });
  expect(composer()).toHaveProperty('value', '');
});

test('leaves an edit alone when the message changes meanwhile', async () => {
  const message = messageOf(1, 'alice', 'Helo', { at: new Date().toISOString() });
  const { chat, conversation } = withBob(message);
  show(chat);
  await userEvent.pointer({ target: screen.getByText('Helo'), keys: '[MouseRight]' });
  await userEvent.click(screen.getByRole('menuitem', { name: 'Edit', hidden: true }));
  await userEvent.clear(composer());
  await userEvent.type(composer(), 'Hello, half');
  const changed = { ...message, updatedSeq: 2, reactions: [{ key: '👍', count: 1, users: ['bob'], mine: false }] };
  act(() => conversation.window.state.set({ ...conversation.window.state.getSnapshot(), messages: [changed] }));
  expect(composer()).toHaveProperty('value', 'Hello, half');
  await userEvent.type(composer(), '{Enter}');
  expect(conversation.edit).toHaveBeenCalledWith('m1', 'Hello, half', undefined);
});

test('takes back a reaction that is the user’s although five others are named', async () => {
  const users = ['b1', 'b2', 'b3', 'b4', 'b5'];
  const { chat, conversation } = withBob(messageOf(1, 'bob', 'Who comes?', { reactions: [{ key: '👍', count: 7, users, mine: true }] }));
  show(chat);
  const reaction = screen.getByRole('button', { name: /^👍 7: b1.* and 2 more/ });
  expect(reaction.getAttribute('aria-pressed')).toBe('true');
  await userEvent.click(reaction);
  expect(conversation.unreact).toHaveBeenCalledWith('m1', '👍');
  expect(conversation.react).not.toHaveBeenCalled();
});

const unsent = { seq: undefined, messageId: undefined, state: 'failed', outboxId: 'o1' } as const;

test('says why a message was refused and offers to repeat only what may succeed', async () => {
  const { chat } = withBob(
    messageOf(1, 'alice', 'One', { ...unsent, error: refusal('unreachable', 'It can’t be reached.', undefined, 0) }),
    messageOf(2, 'alice', 'Two', {
      ...unsent,
      key: 'two',
      outboxId: 'o2',
      error: refusal('too_large', 'That is too long.', 'At most 4,000.', 400),
    }),
  );
  show(chat);
  const [first, second] = screen.getAllByRole('group', { name: 'Not sent' });
  await userEvent.click(within(first!).getByText('Try again'));
  expect(chat.outbox.retry).toHaveBeenCalledWith('o1');
  within(second!).getByText(/That is too long\. At most 4,000\./);
  expect(within(second!).queryByText('Try again')).toBeNull();
  await userEvent.click(within(second!).getByText('Edit'));
  await userEvent.clear(composer());
  await userEvent.type(composer(), 'Shorter{Enter}');
  expect(chat.outbox.edit).toHaveBeenCalledWith('o2', 'Shorter', undefined, undefined);
});

test('offers to edit what was refused only where there is something to write', () => {
  const error = refusal('cannot_message', 'That can’t be sent.');
  const refused = (seq: number, text: string, more: object) =>
    messageOf(seq, 'alice', text, { ...unsent, key: `k${seq}`, outboxId: `o${seq}`, error, ...more });
  const location = { latitude: 52.516, longitude: 13.378 };
  const { chat } = withBob(refused(1, '', { location }), refused(2, 'Here', { location }), refused(3, '', { cards: [] }));
  show(chat);
  const offers = screen.getAllByRole('group', { name: 'Not sent' }).map(one => within(one).queryByText('Edit') !== null);
  expect(offers).toEqual([false, true, false]);
});

test('has no composer where the user isn’t in any more', () => {
  const { chat, conversation } = withBob(messageOf(1, 'bob', 'Hello'));
  show(chat);
  composer();
  act(() => {
    conversation.window.state.set({ ...conversation.window.state.getSnapshot(), status: 'gone', messages: [] });
    conversation.summary.set(undefined);
  });
  screen.getByText('You aren’t in this conversation any more.');
  expect(screen.queryByPlaceholderText('Message')).toBeNull();
});

test('what disappears goes when its time has come', () => {
  vi.useFakeTimers();
  const { chat } = withBob(
    messageOf(1, 'bob', 'Stays'),
    messageOf(2, 'bob', 'Goes', { expiresAt: new Date(Date.now() + 5_000).toISOString() }),
  );
  show(chat);
  screen.getByText('Goes');
  act(() => vi.advanceTimersByTime(5_002));
  expect(screen.queryByText('Goes')).toBeNull();
  screen.getByText('Stays');
  vi.useRealTimers();
});

test('has one tab stop for all messages, and one for all conversations', () => {
  const reactions = [{ key: '👍', count: 1, users: ['bob'], mine: false }];
  const { chat } = withBob(...Array.from({ length: 60 }, (_, index) => messageOf(index + 1, 'bob', `Number ${index}`, { reactions })));
  chat.conversations().set({
    conversations: Array.from({ length: 60 }, (_, index) => summaryOf(index ? `c${index}` : 'c')),
    isLoaded: true,
  });
  const { container } = show(chat);
  const stops = (selector: string) =>
    [...container.querySelectorAll<HTMLElement>(`${selector} :is([tabindex], a, button)`)].filter(one => one.tabIndex >= 0);
  expect(stops('.scroll').length).toBeLessThan(8);
  expect(stops('.conversations')).toHaveLength(1);
});

test('makes one group although the form is sent twice', async () => {
  const { chat } = withBob();
  let answer = (_: object) => {};
  chat.createGroup.mockImplementation(() => new Promise(resolve => (answer = resolve)));
  show(chat, '#/');
  await userEvent.click(screen.getByRole('button', { name: 'New conversation' }));
  await userEvent.type(await screen.findByLabelText('With'), 'bob, carol');
  await userEvent.type(screen.getByLabelText(/Title/), 'Trip');
  const create = screen.getByRole('button', { name: 'Create the group', hidden: true });
  await userEvent.dblClick(create);
  expect(chat.createGroup.mock.calls).toEqual([[{ title: 'Trip', members: ['bob', 'carol'] }]]);
  await act(async () => answer({ conversationId: 'trip' }));
  expect(location.hash).toBe('#/c/trip');
});

test('says of somebody whose account was deleted that it was, and of what they wrote that it went with it', () => {
  const gone = { unsentAt: new Date().toISOString(), unsentReason: 'erasure' as const };
  const { chat } = withBob(messageOf(1, 'bob', '', gone));
  (chat.profile('bob') as unknown as { set(value: unknown): void }).set({ userId: 'bob', version: 2, isErased: true });
  show(chat);
  expect(screen.getByText('This message went with its sender’s account.')).toBeTruthy();
  expect(screen.getByRole('heading', { name: 'Deleted account' })).toBeTruthy();
});

test('shows at the place of a message by somebody blocked that there is one, and nothing to do about it', () => {
  const { chat } = withBob(messageOf(1, '', '', { hidden: 'blocked', messageId: undefined }), messageOf(2, 'bob', 'Hello'));
  show(chat);
  expect(screen.getByText('Blocked message')).toBeTruthy();
  const buttons = screen.getAllByRole('article').map(one => within(one).queryAllByRole('button').length);
  expect(buttons.map(count => count > 0)).toEqual([false, true]);
});
