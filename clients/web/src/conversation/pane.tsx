import type { MessageView } from '@chat-functions/client';
import { useMessages } from '@chat-functions/react';
import { lazy, memo, useCallback, useEffect, useRef, useState } from 'react';
import type { SidebarView } from '../list/sidebar.tsx';
import { to, type Route } from '../route.ts';
import { Part } from '../ui/part.tsx';
import { Composer, type Answering } from './composer.tsx';
import { Footer } from './footer.tsx';
import { Header } from './header.tsx';
import { HereProvider, useHereOf } from './here.ts';
import { MessageDialogs } from './message-dialogs.tsx';
import { PinnedBar } from './pinned-bar.tsx';
import { ThreadPane } from './thread.tsx';
import { Timeline, type TimelineHandle } from './timeline.tsx';

const Details = lazy(() => import('../details/details.tsx'));
// A page more of messages, while somebody scrolls, is nothing to these.
const [StillHeader, StillPins, StillComposer] = [memo(Header), memo(PinnedBar), memo(Composer)];

export interface ConversationPaneProps {
  readonly route: Extract<Route, { readonly conversationId: string }>;
  readonly back: SidebarView;
}

/** One conversation, and beside it its details or a thread. */
export function ConversationPane({ route, back }: ConversationPaneProps) {
  const { conversationId } = route;
  const here = useHereOf(conversationId);
  const messages = useMessages(conversationId);
  const timeline = useRef<TimelineHandle>(null);
  const [answering, setAnswering] = useState<Answering>();
  const isGone = messages.status === 'gone';
  const shown = useRef(messages.messages);
  useEffect(() => {
    shown.current = messages.messages;
  }, [messages.messages]);
  const answered = useCallback(() => setAnswering(undefined), []);
  const sent = useCallback(() => timeline.current?.toLatest(), []);
  const editLast = useCallback(() => setAnswering(lastOwn(shown.current)), []);
  const jump = useCallback((seq: number) => timeline.current?.jumpTo(seq), []);
  return (
    <HereProvider value={here}>
      <section className={`conversation ${route.view === 'conversation' ? '' : 'has-side'}`} aria-labelledby="conversation-title">
        <StillHeader back={to[back]} isGone={isGone} />
        {!isGone && <StillPins onJump={jump} />}
        <Timeline ref={timeline} messages={messages} onAnswer={setAnswering} />
        <Footer isGone={isGone} back={to[back]}>
          <StillComposer answering={answering} onAnswered={answered} onSent={sent} onEditLast={editLast} />
        </Footer>
      </section>
      <MessageDialogs />
      {route.view === 'thread' && <ThreadPane key={route.messageId} messageId={route.messageId} />}
      {route.view === 'details' && (
        <Part>
          <Details isGone={isGone} onJump={jump} />
        </Part>
      )}
    </HereProvider>
  );
}

/** The user's newest message that can be edited, for the key Up in an empty composer. */
function lastOwn(messages: readonly MessageView[]): Answering | undefined {
  const message = messages.findLast(one => one.isMine && one.state === 'sent');
  return message && !message.unsentAt && message.kind === 'text' && message.text ? { kind: 'edit', message } : undefined;
}
