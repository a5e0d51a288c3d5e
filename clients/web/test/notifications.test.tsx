import { ChatProvider } from '@chat-functions/react';
import { render, waitFor } from '@testing-library/react';
import { expect, test, vi } from 'vitest';
import { channelsOf, channelView } from '../../react/test/fake-channels.ts';
import { fakeChat, messageOf } from '../../react/test/fake-chat.ts';

const { shown } = vi.hoisted(() => {
  const notifications: { onclick?: () => void; close: () => void; title: string }[] = [];
  globalThis.Notification = class {
    static permission = 'granted';
    onclick?: () => void;
    constructor(readonly title: string) {
      notifications.push(this);
    }
    close() {}
  } as never;
  return { shown: notifications };
});
const { useNotifications } = await import('../src/notifications.ts');

function Notifying() {
  useNotifications();
  return null;
}

test('opens the channel when a notification of its post is clicked, and the conversation otherwise', async () => {
  localStorage.setItem('notifications:alice', 'all');
  vi.spyOn(document, 'hasFocus').mockReturnValue(false);
  vi.stubGlobal('focus', () => {});
  const chat = fakeChat();
  channelsOf(chat).followed.set({ status: 'ready', value: [channelView('news', 'News')] });
  render(
    <ChatProvider chat={chat}>
      <Notifying />
    </ChatProvider>,
  );
  const said = chat.on.mock.calls.find(([type]) => type === 'message.created')![1] as (event: object) => void;
  for (const conversationId of ['news', 'c']) said({ conversationId, data: messageOf(1, 'bob', 'Hello') });
  await waitFor(() => expect(shown.map(({ title }) => title)).toEqual(['bob in News', 'bob']));
  const opened = shown.map(one => {
    one.onclick!();
    return location.hash;
  });
  expect(opened).toEqual(['#/channel/news', '#/c/c']);
});
