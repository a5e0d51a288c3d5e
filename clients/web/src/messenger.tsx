import { useChat, useConnection, useUnread } from '@chat-functions/react';
import { MessagesSquare } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef } from 'react';
import { ConversationPane } from './conversation/pane.tsx';
import { Sidebar, type SidebarView } from './list/sidebar.tsx';
import { useMe } from './names.ts';
import { useNotifications } from './notifications.ts';
import { useReceived } from './received.ts';
import { useRoute } from './route.ts';
import { announce, notify } from './ui/notices.tsx';

const Join = lazy(() => import('./list/join.tsx'));

/** Everything after signing in: the list, and beside it, or on a phone instead of it, what was chosen in it. */
export function Messenger() {
  const route = useRoute();
  // Who comes back from a conversation comes to where they opened it.
  const side = useRef<SidebarView>('list');
  if (route.view === 'list' || route.view === 'archived' || route.view === 'requests' || route.view === 'settings')
    side.current = route.view;
  const conversationId = 'conversationId' in route ? route.conversationId : undefined;
  useTitleOfPage();
  useAnnouncements(conversationId);
  useReceived();
  useNotifications();
  useDecided();
  return (
    <main className={`messenger ${conversationId ? 'is-open' : ''}`}>
      <h1 className="unseen">Chat</h1>
      <Sidebar view={side.current} selected={conversationId} />
      {route.view === 'join' && (
        <Suspense>
          <Join code={route.code} />
        </Suspense>
      )}
      {conversationId && 'conversationId' in route ? (
        <ConversationPane key={conversationId} route={route} back={side.current} />
      ) : (
        <section className="nothing" aria-label="No conversation">
          <MessagesSquare aria-hidden="true" />
          <p>Choose a conversation, or start one.</p>
        </section>
      )}
    </main>
  );
}

function useTitleOfPage() {
  const { conversations } = useUnread();
  useEffect(() => {
    document.title = conversations ? `(${conversations}) Chat` : 'Chat';
  }, [conversations]);
}

/** Says to those who listen what arrives. */
function useAnnouncements(here: string | undefined) {
  const chat = useChat();
  const me = useMe();
  useEffect(
    () =>
      chat.on('message.created', ({ conversationId, data }) => {
        if (data.senderId === me) return;
        if ([chat.blocks, chat.mutes].some(people => people.getSnapshot().value.includes(data.senderId))) return;
        const name = chat.profile(data.senderId, conversationId).getSnapshot()?.displayName ?? data.senderId;
        announce(conversationId === here ? `${name}: ${data.text}` : `New message from ${name}`);
      }),
    [chat, me, here],
  );
}

/** Says once on this device that moderators decided something, also what they decided while it wasn't connected. */
function useDecided() {
  const chat = useChat();
  const { status, userId } = useConnection();
  useEffect(() => {
    const look = async () => {
      const newest = (await chat.api.get('/me/decisions')).decisions.reduce((last, { at }) => (at > last ? at : last), '');
      const key = `decided:${userId}`;
      if (newest <= (localStorage.getItem(key) ?? '')) return;
      localStorage.setItem(key, newest);
      notify('Moderators decided something about you: see the settings.', true);
    };
    // The next connection or decision looks again.
    const tryLook = () => void look().catch(() => undefined);
    if (status === 'online') tryLook();
    return chat.on('moderation.decided', tryLook);
  }, [chat, status, userId]);
}
