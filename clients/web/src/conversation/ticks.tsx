import type { MessageView } from '@chat-functions/client';
import { useObservable } from '@chat-functions/react';
import { Check, CheckCheck, CircleAlert, Clock } from 'lucide-react';
import { useHere } from './here.ts';

/** How far a message of the user's has come. */
export function Ticks({ message }: { readonly message: MessageView }) {
  const { state, seq = 0 } = message;
  const { isChannel, isComments } = useHere();
  if (state === 'failed') return <CircleAlert role="img" aria-label="not sent" className="danger" />;
  if (state !== 'sent') return <Clock role="img" aria-label={state === 'queued' ? 'waits to be sent' : 'on its way'} />;
  // A channel has no receipts, nor have comments.
  return isChannel || isComments ? <Check role="img" aria-label="sent" /> : <Received seq={seq} />;
}

function Received({ seq }: { readonly seq: number }) {
  const { conversation } = useHere();
  const { deliveredToAllSeq, readByAllSeq, isAvailable } = useObservable(conversation.receipts);
  if (isAvailable && readByAllSeq >= seq) return <CheckCheck role="img" aria-label="read" className="is-read" />;
  if (isAvailable && deliveredToAllSeq >= seq) return <CheckCheck role="img" aria-label="delivered" />;
  return <Check role="img" aria-label="sent" />;
}
