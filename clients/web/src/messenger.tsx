import { useChat, useConnection, useConversation, useObservable, useUnread } from '@chat-functions/react';
import { MessagesSquare } from 'lucide-react';
import { lazy, useEffect, useRef } from 'react';
import { useNotSent } from './channels/not-sent.ts';
import { ConversationPane, type ConversationPaneProps } from './conversation/pane.tsx';
import { lineOf } from './format.ts';
import { Sidebar, type SidebarView } from './list/sidebar.tsx';
import { nameOf, useMe } from './names.ts';
import { useNotifications } from './notifications.ts';
import { mediaModule } from './photos/choose.ts';
import { useReceived } from './received.ts';
import { useRoute } from './route.ts';
import { announce, notify } from './ui/notices.tsx';
import { Part } from './ui/part.tsx';

const ChannelPane = lazy(() => import('./channels/channel-pane.tsx'));
const Join = lazy(() => import('./list/join.tsx'));

/** Everything after signing in: the list, and beside it, or on a phone instead of it, what was chosen in it. */
export function Messenger() {
  const route = useRoute();
  // Who comes back from a conversation comes to where they opened it.
  const side = useRef<SidebarView>('list');
  if (!('conversationId' in route) && route.view !== 'join') side.current = route.view;
  const conversationId = 'conversationId' in route ? route.conversationId : undefined;
  useTitleOfPage();
  useAnnouncements(conversationId);
  useReceived();
  useNotifications();
  useDecided();
  useUploads();
  useNotSent();
  return (
    <main className={`messenger ${conversationId ? 'is-open' : ''}`}>
      <h1 className="unseen">Chat</h1>
      <Sidebar view={side.current} selected={conversationId} />
      {route.view === 'join' && (
        <Part>
          <Join code={route.code} />
        </Part>
      )}
      {conversationId && 'conversationId' in route ? (
        <Pane key={conversationId} route={route} back={side.current} />
      ) : (
        <section className="nothing" aria-label="No conversation">
          <MessagesSquare aria-hidden="true" />
          <p>Choose a conversation, or start one.</p>
        </section>
      )}
    </main>
  );
}

/** A conversation, or a channel, which who posts there has in their list, and who follows it knows by its details. */
function Pane({ route, back }: ConversationPaneProps) {
  const { summary, details } = useConversation(route.conversationId);
  const [listed, asked] = [useObservable(summary), useObservable(details).value];
  const kind = listed?.kind ?? asked?.kind;
  if (route.view !== 'channel' && route.view !== 'comments' && kind !== 'channel') return <ConversationPane route={route} back={back} />;
  return (
    <Part>
      <ChannelPane route={route} back={back} />
    </Part>
  );
}

/** Goes on with uploads that an earlier page began. */
function useUploads() {
  const chat = useChat();
  const hasAny = useObservable(chat.outbox).some(({ attachments }) => attachments);
  useEffect(() => {
    if (hasAny) void mediaModule().then(({ mediaOf }) => mediaOf(chat));
  }, [chat, hasAny]);
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
        const name = nameOf(data.senderId, chat.profile(data.senderId, conversationId).getSnapshot());
        announce(conversationId === here ? `${name}: ${lineOf(data)}` : `New message from ${name}`);
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
