import { useChat } from '@chat-functions/react';
import type { ReactNode } from 'react';
import { RequestAnswers } from '../list/requests.tsx';
import { nameOf } from '../names.ts';
import { outcome } from '../ui/notices.tsx';
import { useHere } from './here.ts';

/** The composer, or why there is none. */
export function Footer({ isGone, back, children }: { readonly isGone: boolean; readonly back: string; readonly children: ReactNode }) {
  const chat = useChat();
  const { title, peer, isBlocked, request, details, me } = useHere();
  if (isGone) {
    return (
      <footer className="instead" role="status">
        <p>You aren’t in this conversation any more.</p>
        <a className="button" href={back}>
          Back to the conversations
        </a>
      </footer>
    );
  }
  if (request) {
    return (
      <footer className="instead">
        <p>
          {request.isRestricted
            ? `You restrict ${title}. They don’t see that you have read this.`
            : `${title} wants to write to you. They don’t see that you have read this until you accept.`}
        </p>
        <RequestAnswers request={request} name={nameOf(request.from.userId, request.from)} />
      </footer>
    );
  }
  if (isBlocked) {
    return (
      <footer className="instead">
        <p>You blocked {title}.</p>
        <button type="button" onClick={() => outcome(chat.unblock(peer!), `${title} isn’t blocked any more.`)}>
          Unblock
        </button>
      </footer>
    );
  }
  return (
    <>
      {details?.request?.by === me && (
        <p className="hint padded" role="note">
          {title} has to accept before you can write more than one message.
        </p>
      )}
      {children}
    </>
  );
}
