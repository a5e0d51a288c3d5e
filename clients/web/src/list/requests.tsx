import type { Report, Request } from '@chat-functions/client';
import { useChat, useRequests } from '@chat-functions/react';
import { useState } from 'react';
import { allPages, useAsked } from '../asked.ts';
import { explain, shortOf } from '../format.ts';
import { nameOf } from '../names.ts';
import { go, to } from '../route.ts';
import { Avatar } from '../ui/avatar.tsx';
import { notify } from '../ui/notices.tsx';
import { ReportForm } from '../ui/report-dialog.tsx';

/** Strangers who ask to write, and groups that invite: each is answered before it is in the list. */
export function Requests({ selected }: { readonly selected: string | undefined }) {
  const { value, status, error } = useRequests();
  const [isHidden, setHidden] = useState(false);
  return (
    <div className="conversations">
      <p className="hint padded">They don’t learn whether you have seen it until you accept.</p>
      {isHidden ? (
        <HiddenRequests selected={selected} />
      ) : (
        <List requests={value} isLoaded={status === 'ready'} error={error} selected={selected} />
      )}
      <button type="button" className="wide" onClick={() => setHidden(!isHidden)}>
        {isHidden ? 'Back to the requests' : 'Those with hidden words'}
      </button>
    </div>
  );
}

function HiddenRequests({ selected }: { readonly selected: string | undefined }) {
  const chat = useChat();
  const { value, error } = useAsked(
    () =>
      allPages(
        query => chat.api.get('/requests', { query: { ...query, hidden: 'true' } }),
        page => page.requests,
      ),
    'request.resolved',
  );
  return <List requests={value ?? []} isLoaded={value !== undefined} error={error} selected={selected} />;
}

interface ListProps {
  readonly requests: readonly Request[];
  readonly isLoaded: boolean;
  readonly error: unknown;
  readonly selected: string | undefined;
}

function List({ requests, isLoaded, error, selected }: ListProps) {
  return (
    <>
      {error !== undefined && <p className="error padded">{explain(error)}</p>}
      {isLoaded && !requests.length && <p className="empty">Nobody asks.</p>}
      <ul aria-label="Requests">
        {requests.map(request => (
          <RequestRow key={request.conversationId} request={request} isSelected={request.conversationId === selected} />
        ))}
      </ul>
    </>
  );
}

function RequestRow({ request, isSelected }: { readonly request: Request; readonly isSelected: boolean }) {
  const { conversationId, kind, from, title, message, requestedAt, isRestricted } = request;
  const name = nameOf(from.userId, from);
  return (
    <li className={`request ${isSelected ? 'is-selected' : ''}`}>
      <Avatar id={from.userId} name={name} url={from.avatarUrl} />
      <span className="name">
        {name}
        {isRestricted && <span className="quiet"> · restricted</span>}
      </span>
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

type Answered = Pick<Request, 'conversationId' | 'kind' | 'isRestricted'>;

/** Accept, decline, block, report: each once. */
export function RequestAnswers({ request, name }: { readonly request: Answered; readonly name: string }) {
  const { conversationId, kind, isRestricted } = request;
  const chat = useChat();
  const [isBusy, setBusy] = useState(false);
  const [isReporting, setReporting] = useState(false);
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
  const report = async (said: Pick<Report, 'reason' | 'note'>) => {
    await chat.api.post('/requests/{conversationId}/decline', { path: { conversationId }, body: { report: said } });
    notify('Declined and reported.');
    go(to.requests);
  };
  const accepted = kind === 'group' ? 'You’re in.' : `You and ${name} can write to each other.`;
  const buttons: readonly (readonly [verb: string, className: string, onClick: () => void])[] = [
    [
      isRestricted ? 'Unrestrict' : 'Accept',
      'primary',
      () => void answer(() => chat.acceptRequest(conversationId), accepted, to.conversation(conversationId)),
    ],
    ['Decline', '', () => void answer(decline(false), 'Declined.', to.requests)],
    ['Report', 'dangerous', () => setReporting(true)],
    ['Block', 'dangerous', () => void answer(decline(true), `You blocked ${name}.`, to.requests)],
  ];
  return (
    <>
      <div className="buttons" role="group" aria-label={`Answer ${name}`}>
        {buttons.map(([verb, className, onClick]) => (
          <button key={verb} type="button" className={className} aria-disabled={isBusy} aria-label={`${verb} ${name}`} onClick={onClick}>
            {verb}
          </button>
        ))}
      </div>
      {isReporting && (
        <ReportForm
          title={`Report ${name}`}
          hint="It is declined, and moderators get what was written. Nobody here is told."
          onReport={report}
          onClose={() => setReporting(false)}
        />
      )}
    </>
  );
}
