import type { MessageView } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { aloneOf, explain, isWorthRetrying } from '../format.ts';
import type { Answering } from './composer.tsx';

interface NotSentProps {
  readonly message: MessageView;
  readonly onAnswer: (answering: Answering) => void;
  readonly isTabStop: boolean;
}

/** Why a message, or an edit of it, was refused, and what helps. */
export function NotSent({ message, onAnswer, isTabStop }: NotSentProps) {
  const { outbox } = useChat();
  const { outboxId } = message;
  const isFailed = message.state === 'failed' || message.edit?.state === 'failed';
  if (!isFailed || !outboxId) return null;
  const error = message.error ?? message.edit?.error;
  // What has neither a text nor photos couldn't be saved.
  const canEdit = message.kind === 'text' && (message.text || (message.attachments && !aloneOf(message)));
  const tab = isTabStop ? 0 : -1;
  return (
    <div className="not-sent" role="group" aria-label="Not sent">
      <p>
        {message.state === 'failed' ? 'Not sent. ' : 'Not changed. '}
        {error && explain(error)}
      </p>
      {isWorthRetrying(error) && (
        <button type="button" tabIndex={tab} onClick={() => outbox.retry(outboxId)}>
          Try again
        </button>
      )}
      {canEdit && (
        <button type="button" tabIndex={tab} onClick={() => onAnswer({ kind: 'again', message, outboxId })}>
          Edit
        </button>
      )}
      <button type="button" tabIndex={tab} onClick={() => void outbox.cancel(outboxId)}>
        Discard
      </button>
    </div>
  );
}
