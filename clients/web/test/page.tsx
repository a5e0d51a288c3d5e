import type { MessageView } from '@chat-functions/client';
import { ChatProvider } from '@chat-functions/react';
import { render } from '@testing-library/react';
import { StrictMode } from 'react';
import { fakeChat, summaryOf, type FakeChat } from '../../react/test/fake-chat.ts';
import { Messenger } from '../src/messenger.tsx';
import { Notices } from '../src/ui/notices.tsx';

/** The page of a user of a chat, at an address; the conversation `c` unless another is given. */
export function show(chat: FakeChat, hash = '#/c/c') {
  location.hash = hash;
  return render(
    <StrictMode>
      <ChatProvider chat={chat}>
        <Messenger />
        <Notices />
      </ChatProvider>
    </StrictMode>,
  );
}

/** A chat with bob, the conversation `c`, in which something was said. */
export function withBob(...messages: MessageView[]) {
  const chat = fakeChat();
  const summary = summaryOf('c');
  const conversation = chat.conversation('c');
  chat.conversations().set({ conversations: [summary], isLoaded: true });
  conversation.summary.set(summary);
  conversation.window.state.set({ ...conversation.window.state.getSnapshot(), messages });
  return { chat, conversation, summary };
}
