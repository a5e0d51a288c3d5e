import { createChat, type Chat, type ChatOptions } from '@chat-functions/client';
import { createContext, useContext, useEffect, useRef, useState, type ReactNode } from 'react';

const ChatContext = createContext<Chat | undefined>(undefined);

export type ChatProviderProps = { readonly children?: ReactNode } & (
  | {
      /** A chat that whoever made it closes. */
      readonly chat: Chat;
    }
  | (ChatOptions & {
      /** What is shown until there is a chat. */
      readonly fallback?: ReactNode;
    })
);

/**
 * Gives all below it a chat: the one that it is given, or one of its own that it opens when it is mounted and closes when it is unmounted.
 * Mounted twice, as by StrictMode, there is still one connection. Another `baseUrl`, `userId` or `storage` is another chat; another `token`
 * function alone isn't, its newest one is asked.
 */
export function ChatProvider(props: ChatProviderProps): ReactNode {
  return 'chat' in props ? <ChatContext value={props.chat}>{props.children}</ChatContext> : <OwnChat {...props} />;
}

function OwnChat({
  children,
  fallback = null,
  token,
  baseUrl,
  userId,
  storage,
  storageBytes,
}: Exclude<ChatProviderProps, { chat: Chat }>): ReactNode {
  const [chat, setChat] = useState<Chat>();
  const newestToken = useRef(token);
  // One function for as long as the component lives: without a `userId` it is what a chat is known by.
  const askForToken = useRef(() => newestToken.current());

  useEffect(() => {
    newestToken.current = token;
  });
  useEffect(() => {
    const opened = createChat({ baseUrl, userId, storage, storageBytes, token: askForToken.current });
    setChat(opened);
    return () => {
      setChat(undefined);
      void opened.close();
    };
  }, [baseUrl, userId, storage, storageBytes]);

  return chat ? <ChatContext value={chat}>{children}</ChatContext> : fallback;
}

/** The chat of the nearest `ChatProvider`. @throws Error where there is none. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('There is no ChatProvider above this component.');
  return chat;
}
