import type { MessageView, Poll } from '@chat-functions/client';
import { Check } from 'lucide-react';
import { momentOf, plural } from '../format.ts';
import { useHere } from './here.ts';

interface PollViewProps {
  readonly message: MessageView;
  readonly poll: Poll;
  readonly isTabStop: boolean;
}

export function PollView({ message, poll, isTabStop }: PollViewProps) {
  const { conversation } = useHere();
  const { messageId } = message;
  const isClosed = poll.closesAt !== undefined && Date.parse(poll.closesAt) <= Date.now();
  const chosen = poll.options.flatMap((option, index) => (option.mine ? index : []));
  const toggle = (index: number) => {
    if (!messageId || isClosed) return;
    const rest = chosen.filter(one => one !== index);
    conversation.vote(messageId, chosen.includes(index) ? rest : poll.multiple ? [...rest, index].sort((a, b) => a - b) : [index]);
  };
  const voters = Math.max(poll.voters, 1);
  return (
    <div className="poll" role="group" aria-label={message.text}>
      <p className="text" dir="auto">
        <b>{message.text}</b>
      </p>
      <p className="small">{isClosed ? 'Closed' : poll.multiple ? 'Choose one or more' : 'Choose one'}</p>
      {poll.options.map((option, index) => (
        <button
          key={index}
          type="button"
          className="option"
          aria-pressed={option.mine ?? false}
          aria-disabled={isClosed || !messageId}
          tabIndex={isTabStop ? 0 : -1}
          onClick={() => toggle(index)}
        >
          <span className={`mark ${poll.multiple ? 'is-square' : ''}`} aria-hidden="true">
            {option.mine && <Check />}
          </span>
          <span className="label" dir="auto">
            {option.text}
          </span>
          <span className="count">
            {option.votes}
            <span className="unseen"> {option.votes === 1 ? 'vote' : 'votes'}</span>
          </span>
          <span className="bar" aria-hidden="true">
            <i style={{ width: `${(100 * option.votes) / voters}%` }} />
          </span>
        </button>
      ))}
      <p className="small">
        {plural(poll.voters, 'voter')}
        {poll.closesAt && !isClosed && ` · until ${momentOf(poll.closesAt)}`}
      </p>
    </div>
  );
}
