import type {
  Chat,
  ConnectionState,
  Conversation,
  ConversationFilter,
  ConversationList,
  Loaded,
  MessageWindow,
  MessageWindowState,
  Observable,
  OutboxItem,
  Presence,
  Profile,
  Request,
  UnreadCounts,
  WindowOptions,
} from '@chat-functions/client';
import { useMemo, useSyncExternalStore } from 'react';
import { useChat } from './provider.js';

/** The value of an observable, such as `useConversation(id).members`; what it has to fetch is fetched while the component is mounted. */
export function useObservable<T>(observable: Observable<T>): T {
  return useSyncExternalStore(observable.subscribe, observable.getSnapshot, observable.getSnapshot);
}

/** Whether everything that happens arrives by itself, and if not, why. */
export function useConnection(): ConnectionState {
  return useObservable(useChat().connection);
}

/** The user's list: pinned ones first, then the newest activity. */
export function useConversations(filter: ConversationFilter = 'active'): ConversationList {
  return useObservable(useChat().conversations(filter));
}

/** What can be done in a conversation. It is the same object for the same id, and changes nothing by itself: see `useObservable`. */
export function useConversation(conversationId: string): Conversation {
  return useChat().conversation(conversationId);
}

/** What a window shows, and how to move it. */
export interface Messages extends MessageWindowState {
  readonly loadBefore: MessageWindow['loadBefore'];
  readonly loadAfter: MessageWindow['loadAfter'];
  readonly jumpTo: MessageWindow['jumpTo'];
}

/** A range of a conversation's messages, kept up to date while the component is mounted. Other options are another window. */
export function useMessages(conversationId: string, { around, pageSize }: WindowOptions = {}): Messages {
  const chat = useChat();
  const window = useMemo(() => chat.conversation(conversationId).messages({ around, pageSize }), [chat, conversationId, around, pageSize]);
  return useWindow(window);
}

/** The replies of a thread, without its root. */
export function useThread(conversationId: string, rootMessageId: string, { around, pageSize }: WindowOptions = {}): Messages {
  const chat = useChat();
  const window = useMemo(
    () => chat.conversation(conversationId).thread(rootMessageId, { around, pageSize }),
    [chat, conversationId, rootMessageId, around, pageSize],
  );
  return useWindow(window);
}

/** What a window shows, for the hooks that make one. */
export function useWindow(window: MessageWindow): Messages {
  const state = useObservable(window);
  return useMemo(
    () => ({
      ...state,
      loadBefore: () => window.loadBefore(),
      loadAfter: () => window.loadAfter(),
      jumpTo: (around: number | 'newest') => window.jumpTo(around),
    }),
    [state, window],
  );
}

/** What waits to be done, in one conversation or in all of them, with `retry`, `edit` and `cancel`. */
export function useOutbox(
  conversationId?: string,
): { readonly items: readonly OutboxItem[] } & Pick<Chat['outbox'], 'retry' | 'edit' | 'cancel'> {
  const chat = useChat();
  const items = useObservable(conversationId === undefined ? chat.outbox : chat.conversation(conversationId).outbox);
  return useMemo(
    () => ({
      items,
      retry: id => chat.outbox.retry(id),
      edit: (...change) => chat.outbox.edit(...change),
      cancel: id => chat.outbox.cancel(id),
    }),
    [chat, items],
  );
}

/** What is unread in conversations that are neither muted nor archived. */
export function useUnread(): UnreadCounts {
  return useObservable(useChat().unread);
}

/** Who of these is there, by user id, for as long as the component is mounted. In a group members are known by its `conversationId`. */
export function usePresence(userIds: readonly string[], conversationId?: string): ReadonlyMap<string, Presence> {
  const chat = useChat();
  const key = [...new Set(userIds)].sort().join();
  return useObservable(useMemo(() => chat.presence(key ? key.split(',') : [], conversationId), [chat, key, conversationId]));
}

/** Who of the others is typing. */
export function useTyping(conversationId: string): readonly string[] {
  return useObservable(useConversation(conversationId).typing);
}

/** Who asks to write to the user, or invites them. */
export function useRequests(): Loaded<readonly Request[]> {
  return useObservable(useChat().requests);
}

/** A user's name and picture, once they are known. In a group others are known by its `conversationId` alone. */
export function useProfile(userId: string, conversationId?: string): Profile | undefined {
  const chat = useChat();
  return useObservable(useMemo(() => chat.profile(userId, conversationId), [chat, userId, conversationId]));
}
