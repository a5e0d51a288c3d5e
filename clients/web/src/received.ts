import { ChatError, type Chat } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { useEffect } from 'react';
import { isChannel } from './channels/follows.ts';
import { useMe } from './names.ts';

/** How long what arrives is gathered, and between two marks, in ms: the service tells others of one mark a second. */
const pause = 1_000;

/** Tells the service what has arrived on this device, so that who sent it sees two ticks; one tab does so for all. */
export function useReceived(): void {
  const chat = useChat();
  const me = useMe();
  useEffect(() => {
    const newest = new Map<string, number>();
    let timer = 0;
    const mark = (conversationId: string, seq: number) => {
      if (!chat.connection.getSnapshot().isLeader) return;
      newest.set(conversationId, Math.max(seq, newest.get(conversationId) ?? 0));
      timer ||= window.setTimeout(async () => {
        for (let next; (next = newest.entries().next().value);) {
          newest.delete(next[0]);
          if (!(await received(chat, ...next)) && !newest.has(next[0])) newest.set(...next);
          await new Promise(resolve => setTimeout(resolve, pause));
        }
        timer = 0;
      }, pause);
    };
    const endMessages = chat.on('message.created', ({ conversationId, data }) => {
      if (data.senderId !== me && !isChannel(chat, conversationId)) mark(conversationId, data.seq);
    });
    // What came while the device was away.
    let wasOnline = false;
    const look = () => {
      const isOnline = chat.connection.getSnapshot().status === 'online';
      if (isOnline && !wasOnline) {
        const { conversations } = chat.conversations('active').getSnapshot();
        for (const { conversationId, kind, unreadCount, lastSeq } of conversations.slice(0, 50)) {
          if (unreadCount && kind !== 'channel') mark(conversationId, lastSeq);
        }
      }
      wasOnline = isOnline;
    };
    const endConnection = chat.connection.subscribe(look);
    look();
    return () => {
      clearTimeout(timer);
      endMessages();
      endConnection();
    };
  }, [chat, me]);
}

/** False where the service can't take it just now. One that is lost does no harm: the next one is higher. */
async function received(chat: Chat, conversationId: string, seq: number): Promise<boolean> {
  try {
    await chat.api.put('/conversations/{conversationId}/delivered', { path: { conversationId }, body: { seq } });
  } catch (error) {
    // Offline the connection is lost, too: what is unread is told once it is there again.
    if (error instanceof ChatError && error.isTransient && error.code !== 'unreachable') return false;
  }
  return true;
}
