import type { ChatOptions } from '@chat-functions/client';
import { act, cleanup, render, screen } from '@testing-library/react';
import { StrictMode, type ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';
import * as react from '../src/index.js';
import { fakeChat, messageOf, summaryOf, type FakeChat } from './fake-chat.js';

const created = vi.hoisted(() => vi.fn());
vi.mock('@chat-functions/client', async original => ({ ...(await original<object>()), createChat: created }));

afterEach(() => {
  cleanup();
  created.mockReset();
});

function Show({ of }: { readonly of: () => unknown }) {
  return <p>{JSON.stringify(of(), (_, value) => (value instanceof Map ? [...value] : value))}</p>;
}

const shown = () => JSON.parse(screen.getByText(/./).textContent!);

function show(chat: FakeChat, of: () => unknown) {
  return render(
    <StrictMode>
      <react.ChatProvider chat={chat}>
        <Show of={of} />
      </react.ChatProvider>
    </StrictMode>,
  );
}

test('shows the list and follows it', () => {
  const chat = fakeChat();
  show(chat, () => react.useConversations().conversations.map(one => one.conversationId));
  expect(shown()).toEqual([]);

  act(() => chat.conversations().set({ conversations: [summaryOf('a'), summaryOf('b')], isLoaded: true }));
  expect(shown()).toEqual(['a', 'b']);
});

test('tells apart the lists of different filters', () => {
  const chat = fakeChat();
  chat.conversations('archived').set({ conversations: [summaryOf('old')], isLoaded: true });
  show(chat, () => react.useConversations('archived').conversations.map(one => one.conversationId));
  expect(shown()).toEqual(['old']);
});

test('keeps one window of messages for as long as its options are the same', () => {
  const chat = fakeChat();
  const conversation = chat.conversation('c');
  const of = () => react.useMessages('c', { pageSize: 30 }).messages.map(one => one.text);
  const { rerender } = show(chat, of);
  act(() => conversation.window.state.set({ ...conversation.window.state.getSnapshot(), messages: [messageOf(1, 'bob', 'Hello')] }));
  expect(shown()).toEqual(['Hello']);

  const made = conversation.messages.mock.calls.length;
  rerender(
    <StrictMode>
      <react.ChatProvider chat={chat}>
        <Show of={of} />
      </react.ChatProvider>
    </StrictMode>,
  );
  expect(conversation.messages.mock.calls.length).toBe(made);
  expect(conversation.window.state.subscribers).toBe(1);
});

test('moves the window that it shows', () => {
  const chat = fakeChat();
  const conversation = chat.conversation('c');
  let messages: react.Messages | undefined;
  show(chat, () => (messages = react.useMessages('c')).status);
  messages!.loadBefore();
  messages!.jumpTo(7);
  expect(conversation.window.loadBefore).toHaveBeenCalledOnce();
  expect(conversation.window.jumpTo).toHaveBeenCalledWith(7);
});

test('subscribes to nothing any more once it is unmounted', () => {
  const chat = fakeChat();
  const { unmount } = show(chat, () => [
    react.useUnread(),
    react.useTyping('c'),
    react.useRequests(),
    react.useConnection().status,
    react.useOutbox().items,
  ]);
  const sources = [chat.unread, chat.conversation('c').typing, chat.requests, chat.connection];
  expect(sources.map(source => source.subscribers)).toEqual([1, 1, 1, 1]);
  unmount();
  expect(sources.map(source => source.subscribers)).toEqual([0, 0, 0, 0]);
});

test('asks once about the same people, in whatever order they are named', () => {
  const chat = fakeChat();
  let people = ['bob', 'carol'];
  const of = () => react.usePresence(people).get('bob')?.online ?? null;
  const { rerender } = show(chat, of);
  act(() => chat.people.set(new Map([['bob', { userId: 'bob', online: true, lastSeenAt: null }]])));
  expect(shown()).toBe(true);

  const asked = chat.presence.mock.calls.length;
  people = ['carol', 'bob', 'bob'];
  rerender(
    <StrictMode>
      <react.ChatProvider chat={chat}>
        <Show of={of} />
      </react.ChatProvider>
    </StrictMode>,
  );
  expect(chat.presence.mock.calls.length).toBe(asked);
});

test('shows what waits in one conversation, and tries it again', () => {
  const chat = fakeChat();
  const item = {
    id: '1',
    conversationId: 'c',
    kind: 'send',
    state: 'failed',
    queuedAt: '2026-01-31T09:30:00.000Z',
    text: 'Hello',
  } as const;
  chat.conversation('c').outbox.set([item]);
  let outbox: ReturnType<typeof react.useOutbox> | undefined;
  show(chat, () => (outbox = react.useOutbox('c')).items.map(one => one.text));
  expect(shown()).toEqual(['Hello']);
  outbox!.retry('1');
  expect(chat.outbox.retry).toHaveBeenCalledWith('1');
});

/** Counts as a client does: one connection for as long as somebody has it open. */
function clients() {
  const chat = fakeChat();
  let open = 0;
  created.mockImplementation((_: ChatOptions) => {
    open++;
    return chat;
  });
  chat.close.mockImplementation(async () => void open--);
  return { chat, open: () => open };
}

const own = (
  token: () => string,
  children: ReactNode = <Show of={() => react.useConnection().status} />,
  baseUrl = 'https://chat.example',
) => (
  <StrictMode>
    <react.ChatProvider baseUrl={baseUrl} token={token} userId="alice">
      {children}
    </react.ChatProvider>
  </StrictMode>
);

test('opens one chat although StrictMode mounts twice, and closes it', async () => {
  const { open } = clients();
  const { unmount } = render(own(() => 'token'));
  expect(shown()).toBe('online');
  expect(open()).toBe(1);

  unmount();
  expect(open()).toBe(0);
});

test('goes on with the same chat when only the token function is another, and asks the newest one', async () => {
  const { open } = clients();
  const { rerender } = render(own(() => 'old'));
  const times = created.mock.calls.length;
  rerender(own(() => 'new'));
  expect(created.mock.calls.length).toBe(times);
  expect(open()).toBe(1);
  expect(created.mock.calls.at(-1)![0].token()).toBe('new');
});

test('opens another chat for another service', () => {
  const { open } = clients();
  const { rerender } = render(own(() => 'token'));
  rerender(own(() => 'token', <Show of={() => react.useConnection().status} />, 'https://other.example'));
  expect(created.mock.calls.at(-1)![0].baseUrl).toBe('https://other.example');
  expect(open()).toBe(1);
});

test('says what is missing without a provider', () => {
  vi.spyOn(console, 'error').mockImplementation(() => {});
  expect(() => render(<Show of={() => react.useChat()} />)).toThrow('no ChatProvider');
  vi.restoreAllMocks();
});
