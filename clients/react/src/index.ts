export { ChatProvider, useChat, type ChatProviderProps } from './provider.js';
export {
  useConnection,
  useConversation,
  useConversations,
  useMessages,
  useObservable,
  useOutbox,
  usePresence,
  useProfile,
  useRequests,
  useThread,
  useTyping,
  useUnread,
  type Messages,
} from './hooks.js';
