import type { Request } from '@chat-functions/client';
import { useChat, useRequests } from '@chat-functions/react';
import { useState } from 'react';
import { explain, shortOf } from '../format.ts';
import { go, to } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { notify } from '../ui/notices.tsx';

/** Strangers who ask to write, and groups that invite: each is answered before it is in the list. */
export function Requests({ selected }: { readonly selected: string | undefined }) {
  const { value, status, error } = useRequests();
  return (
    <div className="conversations">
      <p className="hint padded">They don’t learn whether you have seen it until you accept.</p>
      {error && <p className="error padded">{explain(error)}</p>}
      {status === 'ready' && !value.length && <p className="empty">Nobody asks.</p>}
      <ul aria-label="Requests">
        {value.map(request => (
          <RequestRow key={request.conversationId} request={request} isSelected={request.conversationId === selected} />
        ))}
      </ul>
    </div>
  );
}

function RequestRow({ request, isSelected }: { readonly request: Request; readonly isSelected: boolean }) {
  const { conversationId, kind, from, title, message, requestedAt } = request;
  const name = from.displayName ?? from.userId;
  return (
    <li className={`request ${isSelected ? 'is-selected' : ''}`}>
      <Avatar id={from.userId} name={name} url={from.avatarUrl} />
      <span className="name">{name}</span>
      <time dateTime={requestedAt}>{shortOf(requestedAt)}</time>
      {kind === 'direct' && message ? (
        <a className="preview" href={to.conversation(conversationId)} dir="auto">
          {message.preview}
        </a>
      ) : (
        <p className="preview">invites you to {title ?? 'a group'}</p>
      )}
      <RequestAnswers request={request} name={name} />
    </li>
  );
}

/** Accept, decline, block: each once. */
export function RequestAnswers({ request: { conversationId, kind }, name }: { readonly request: Request; readonly name: string }) {
  const chat = useChat();
  const [isBusy, setBusy] = useState(false);
  const answer = async (promise: () => Promise<void>, done: string, next: string) => {
    if (isBusy) return;
    setBusy(true);
    try {
      await promise();
      notify(done);
      go(next);
    } catch (refusal) {
      notify(explain(refusal), true);
    } finally {
      setBusy(false);
    }
  };
  const decline = (block: boolean) => () => chat.declineRequest(conversationId, { block });
  return (
    <div className="buttons" role="group" aria-label={`Answer ${name}`}>
      <button
        type="button"
        className="primary"
        aria-disabled={isBusy}
        aria-label={`Accept ${name}`}
        onClick={() =>
          answer(
            () => chat.acceptRequest(conversationId),
            kind === 'group' ? 'You’re in.' : `You and ${name} can write to each other.`,
            to.conversation(conversationId),
          )
        }
      >
        Accept
      </button>
      <button
        type="button"
        aria-disabled={isBusy}
        aria-label={`Decline ${name}`}
        onClick={() => answer(decline(false), 'Declined.', to.requests)}
      >
        Decline
      </button>
      <button
        type="button"
        className="dangerous"
        aria-disabled={isBusy}
        aria-label={`Block ${name}`}
        onClick={() => answer(decline(true), `You blocked ${name}.`, to.requests)}
      >
        Block
      </button>
    </div>
  );
}
