import type { ConversationView } from '@chat-functions/client';
import { useConversation } from '@chat-functions/react';

/** What mutes for good. */
const forGood = '9999-12-31T23:59:59.999Z';

/** What the user can do with a conversation in their own list. */
export function useArrangement({ conversationId, preferences, isMuted, lastSeq }: ConversationView) {
  const conversation = useConversation(conversationId);
  return {
    markRead: () => conversation.read(lastSeq),
    markUnread: () => conversation.markUnread(),
    togglePinned: () => conversation.setPreferences({ pinned: !preferences.pinned }),
    toggleMuted: () => conversation.setPreferences({ mutedUntil: isMuted ? null : forGood }),
    toggleArchived: () => conversation.setPreferences({ archived: !preferences.archived }),
  };
}
