import { useObservable } from '@chat-functions/react';
import { Pin } from 'lucide-react';
import { lineOf } from '../format.ts';
import { to } from '../route.ts';
import { useHere } from './here.ts';

/** The newest pin, and how many there are. */
export function PinnedBar({ onJump }: { readonly onJump: (seq: number) => void }) {
  const { conversation, conversationId, isChannel } = useHere();
  const pins = useObservable(conversation.pins).value;
  const newest = pins[0];
  if (!newest) return null;
  return (
    <div className="pinned-bar">
      <button type="button" onClick={() => onJump(newest.message.seq)}>
        <Pin aria-hidden="true" />
        <span className="text" dir="auto">
          <span className="unseen">Pinned: </span>
          {lineOf(newest.message)}
        </span>
      </button>
      {pins.length > 1 && !isChannel && <a href={to.details(conversationId)}>All {pins.length}</a>}
    </div>
  );
}
