import type { Quote } from '@chat-functions/client';
import { useAsked } from '../asked.ts';
import { lineOf } from '../format.ts';
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
      <span dir="auto">{quote.isUnsent ? 'Taken back' : quote.preview || <WithoutText messageId={quote.messageId} />}</span>
    </button>
  );
}

/** What is quoted has no text: it disappears, or has something else alone. */
function WithoutText({ messageId }: { readonly messageId: string }) {
  const { conversation } = useHere();
  const { value } = useAsked(() => conversation.message(messageId));
  return (value && !value.expiresAt && lineOf(value)) || 'A message that disappears';
}
