import type { Message, MessageView } from '@chat-functions/client';
import { useThread } from '@chat-functions/react';
import { X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { lineOf, momentOf } from '../format.ts';
import { useName } from '../names.ts';
import { to } from '../route.ts';
import { IconLink } from '../ui/button.tsx';
import { useSide } from '../ui/side.ts';
import { Composer, type Answering } from './composer.tsx';
import { useHere } from './here.ts';
import { RichText } from './text.tsx';
import { Timeline, type TimelineHandle } from './timeline.tsx';

/** A message and its replies. */
export function ThreadPane({ messageId }: { readonly messageId: string }) {
  const { conversation, conversationId, isBlocked, request } = useHere();
  const replies = useThread(conversationId, messageId);
  const timeline = useRef<TimelineHandle>(null);
  const [root, setRoot] = useState<Message>();
  const [answering, setAnswering] = useState<Answering>();
  const side = useSide(to.conversation(conversationId));
  useEffect(() => {
    let isWanted = true;
    conversation.message(messageId).then(
      message => isWanted && setRoot(message),
      () => {},
    );
    return () => {
      isWanted = false;
    };
  }, [conversation, messageId]);
  return (
    <aside className="side" aria-labelledby="thread-title" {...side}>
      <header className="pane-header">
        <h2 id="thread-title">Thread</h2>
        <IconLink label="Close the thread" icon={X} href={to.conversation(conversationId)} />
      </header>
      {root && <Root message={root} />}
      <Timeline ref={timeline} messages={replies} onAnswer={setAnswering} label="Replies" isThread />
      {replies.status !== 'gone' && !isBlocked && !request && (
        <Composer
          threadId={messageId}
          answering={answering}
          onAnswered={() => setAnswering(undefined)}
          onSent={() => timeline.current?.toLatest()}
          onEditLast={() => {}}
        />
      )}
    </aside>
  );
}

/** What is answered. */
export function Root({ message }: { readonly message: Message | MessageView }) {
  const { conversationId } = useHere();
  const name = useName(message.senderId, conversationId);
  return (
    <blockquote className="root">
      <p>
        <b>{name}</b> <time dateTime={message.at}>{momentOf(message.at)}</time>
      </p>
      <p dir="auto">
        {message.unsentAt ? 'This message was taken back.' : <RichText text={lineOf(message)} mentions={message.mentions} />}
      </p>
    </blockquote>
  );
}
