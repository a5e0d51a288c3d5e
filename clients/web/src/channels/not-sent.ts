import { useChat } from '@chat-functions/react';
import { useEffect } from 'react';
import { explain } from '../format.ts';
import { notify } from '../ui/notices.tsx';

/** Comments that are on the screen. */
export const openComments = new Set<string>();

/** Says what was refused of comments whose panel is closed: they are in no list. */
export function useNotSent(): void {
  const { conversation, outbox } = useChat();
  useEffect(() => {
    const waiting = new Set<string>();
    const look = () => {
      for (const { id, kind, state, conversationId, text, error } of outbox.getSnapshot()) {
        if (state !== 'failed') waiting.add(id);
        if (state !== 'failed' || kind !== 'send' || !waiting.delete(id)) continue;
        if (openComments.has(conversationId) || conversation(conversationId).summary.getSnapshot()) continue;
        const what = text ? `“${text.slice(0, 60)}”` : 'A comment';
        notify(`${what} wasn’t sent. ${error ? explain(error) : ''}`, true);
      }
    };
    look();
    return outbox.subscribe(look);
  }, [conversation, outbox]);
}
