import type { Quote } from '@chat-functions/client';
import { useName } from '../names.ts';
import { useHere } from './here.ts';

interface QuoteViewProps {
  readonly quote: Quote;
  readonly onJump: (seq: number) => void;
  readonly isTabStop: boolean;
}

/** What a message answers; it leads there. */
export function QuoteView({ quote, onJump, isTabStop }: QuoteViewProps) {
  const { conversationId, me } = useHere();
  const name = useName(quote.senderId ?? '', conversationId);
  const { seq } = quote;
  if (seq === undefined) return <p className="quote quiet">A message that isn’t there any more</p>;
  return (
    <button type="button" className="quote" tabIndex={isTabStop ? 0 : -1} onClick={() => onJump(seq)}>
      <b>{quote.senderId === me ? 'You' : name}</b>
      <span dir="auto">{quote.isUnsent ? 'Taken back' : quote.preview || 'A message that disappears'}</span>
    </button>
  );
}
