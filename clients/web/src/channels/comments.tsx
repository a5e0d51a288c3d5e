import type { ConversationDetails, Message, MessageView } from '@chat-functions/client';
import { useConversation } from '@chat-functions/react';
import { useCommentMessages, useCommentsDetails } from '@chat-functions/react/channels';
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Composer, type Answering } from '../conversation/composer.tsx';
import { HereProvider, useHere, type Here } from '../conversation/here.ts';
import { MessageDialogs } from '../conversation/message-dialogs.tsx';
import { Root } from '../conversation/thread.tsx';
import { Timeline, type TimelineHandle } from '../conversation/timeline.tsx';
import { explain, spanOf } from '../format.ts';
import { to } from '../route.ts';
import { IconLink } from '../ui/button.tsx';
import { useSide } from '../ui/side.ts';
import { openComments } from './not-sent.ts';

/** A post and what was said to it, beside the channel. */
export function CommentsPane({ messageId, post }: { readonly messageId: string; readonly post: MessageView | undefined }) {
  const { conversation, conversationId } = useHere();
  const { value: details, error } = useCommentsDetails(conversationId, messageId);
  const [asked, setAsked] = useState<Message>();
  const heading = useRef<HTMLHeadingElement>(null);
  const side = useSide(to.channel(conversationId));
  useEffect(() => {
    // Where they are known at once the focus is in the field.
    if (!side.ref.current!.contains(document.activeElement)) heading.current!.focus();
  }, [side.ref]);
  useEffect(() => {
    let isWanted = true;
    conversation.message(messageId).then(
      message => isWanted && setAsked(message),
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [conversation, messageId]);
  const root = post ?? asked;
  const isGone = !!root?.unsentAt || (error && !error.isTransient);
  return (
    <aside className="side comments" aria-labelledby="comments-title" {...side}>
      <header className="pane-header">
        <h2 ref={heading} tabIndex={-1} id="comments-title">
          Comments
        </h2>
        <IconLink label="Close the comments" icon={X} href={to.channel(conversationId)} />
      </header>
      {root && <Root message={root} />}
      {isGone ? (
        <p className="empty" role="status">
          {root?.unsentAt ? 'The comments went with the post.' : error?.code === 'comments_off' ? 'There are no comments.' : explain(error)}
        </p>
      ) : details ? (
        <Opened messageId={messageId} details={details} />
      ) : (
        <div className="edge" role="status">
          {error && <span className="error">{explain(error)}</span>}
          {!error && <span className="spinner" role="status" aria-label="Loading comments" />}
        </div>
      )}
    </aside>
  );
}

function Opened({ messageId, details }: { readonly messageId: string; readonly details: ConversationDetails }) {
  const channel = useHere();
  const { conversationId, slowModeSeconds } = details;
  const comments = useCommentMessages(channel.conversationId, messageId);
  const conversation = useConversation(conversationId);
  const timeline = useRef<TimelineHandle>(null);
  const [answering, setAnswering] = useState<Answering>();
  useEffect(() => {
    openComments.add(conversationId);
    return () => void openComments.delete(conversationId);
  }, [conversationId]);
  const mayWrite = !!details.comments && comments.status !== 'gone';
  const here: Here = {
    ...channel,
    conversation,
    conversationId,
    details,
    summary: undefined,
    title: 'Comments',
    isGroup: true,
    isChannel: false,
    isComments: true,
    mayWrite,
  };
  return (
    <HereProvider value={here}>
      <Timeline ref={timeline} messages={comments} onAnswer={setAnswering} label="Comments" isThread />
      {comments.status === 'ready' && !comments.messages.length && <p className="empty">Nobody has commented yet.</p>}
      {mayWrite ? (
        <>
          {!!slowModeSeconds && !channel.isAdmin && <p className="hint">One comment in {spanOf(slowModeSeconds)}; more are sent later.</p>}
          <Composer
            answering={answering}
            onAnswered={() => setAnswering(undefined)}
            onSent={() => timeline.current?.toLatest()}
            onEditLast={() => {}}
          />
        </>
      ) : (
        <p className="hint" role="status">
          Comments are off.
        </p>
      )}
      <MessageDialogs />
    </HereProvider>
  );
}
