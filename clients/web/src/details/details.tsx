import type { ConversationView } from '@chat-functions/client';
import { useObservable } from '@chat-functions/react';
import { Eraser, Flag, LogOut, Trash2, X } from 'lucide-react';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { lineOf, momentOf, plural } from '../format.ts';
import { useHere } from '../conversation/here.ts';
import { isForGood, useArrangement } from '../list/arrangement.tsx';
import { usePerson } from '../people/person.tsx';
import { replace, to } from '../route.ts';
import { Avatar, UserAvatar } from '../ui/avatar.tsx';
import { IconLink } from '../ui/button.tsx';
import { Boundary } from '../ui/boundary.tsx';
import { FormDialog } from '../ui/dialog.tsx';
import { ReportDialog } from '../ui/report-dialog.tsx';
import { useSide } from '../ui/side.ts';
import { GroupSettings, TimeToLive } from './group-settings.tsx';
import { InviteLinks } from './invite-links.tsx';
import { JoinRequests } from './join-requests.tsx';
import { Members } from './members.tsx';

const Collections = lazy(() => import('../collections/collections.tsx'));
const Gallery = lazy(() => import('../sharing/gallery.tsx'));
const StreakSection = lazy(() => import('../streaks/section.tsx'));

interface DetailsProps {
  readonly isGone: boolean;
  readonly onJump: (seq: number) => void;
}

export default function Details({ isGone, onJump }: DetailsProps) {
  const { conversationId, title, peer, summary, isGroup, isAdmin, details } = useHere();
  const heading = useRef<HTMLHeadingElement>(null);
  const side = useSide(to.conversation(conversationId));
  useEffect(() => heading.current?.focus(), []);
  return (
    <aside className="side details" aria-labelledby="details-title" {...side}>
      <header className="pane-header">
        <h2 id="details-title" ref={heading} tabIndex={-1}>
          {isGroup ? 'Group' : 'About'}
        </h2>
        <IconLink label="Close" icon={X} href={to.conversation(conversationId)} />
      </header>
      <div className="content">
        <div className="card">
          {peer ? (
            <UserAvatar userId={peer} conversationId={conversationId} size="large" />
          ) : (
            <Avatar id={conversationId} name={title} url={details?.avatarUrl} isGroup size="large" />
          )}
          <h3 dir="auto">{title}</h3>
          {isGroup && <p className="quiet">{plural(details?.memberCount ?? 0, 'member')}</p>}
          {peer && peer !== title && <p className="quiet">{peer}</p>}
          {details?.description && <p dir="auto">{details.description}</p>}
        </div>
        {!isGone && (
          <>
            {isGroup && isAdmin && <GroupSettings />}
            {!isGroup && <TimeToLive />}
            {summary && <Arrangement summary={summary} />}
            {peer && summary && (
              <Boundary>
                <Suspense>
                  <StreakSection />
                </Suspense>
              </Boundary>
            )}
            <Pins onJump={onJump} />
            {summary && (
              <Boundary>
                <Suspense>
                  <Gallery onJump={onJump} />
                </Suspense>
              </Boundary>
            )}
            {summary && (
              <Boundary>
                <Suspense>
                  <Collections onJump={onJump} />
                </Suspense>
              </Boundary>
            )}
            {isGroup && isAdmin && <JoinRequests />}
            {isGroup && <Members />}
            {isGroup && isAdmin && <InviteLinks />}
            <Endings />
          </>
        )}
      </div>
    </aside>
  );
}

function Pins({ onJump }: { readonly onJump: (seq: number) => void }) {
  const { conversation, conversationId } = useHere();
  const pins = useObservable(conversation.pins).value;
  if (!pins.length) return null;
  return (
    <section>
      <h3>Pinned</h3>
      <ul className="plain">
        {pins.map(({ message }) => (
          <li key={message.messageId}>
            <a href={to.conversation(conversationId)} dir="auto" onClick={() => onJump(message.seq)}>
              {lineOf(message)}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** How it is in the user's own list. */
function Arrangement({ summary }: { readonly summary: ConversationView }) {
  const { items, dialog } = useArrangement(summary);
  const { mutedUntil = '' } = summary.preferences;
  return (
    <section className="endings">
      <h3 className="unseen">In your list</h3>
      {items.map(item => (
        <button key={item.label} type="button" onClick={item.onSelect}>
          <item.icon aria-hidden="true" /> {item.label}{' '}
          {item.label === 'Unmute' && !isForGood(mutedUntil) && <span className="quiet">until {momentOf(mutedUntil)}</span>}
        </button>
      ))}
      {dialog}
    </section>
  );
}

type Ending = 'clear' | 'report' | 'leave' | 'delete';

/** What can't be taken back, or is meant for somebody who bothers. */
function Endings() {
  const { conversation, conversationId, title, peer, isGroup, isOwner } = useHere();
  const person = usePerson(peer ?? '', title);
  const [asking, setAsking] = useState<Ending>();
  const close = () => setAsking(undefined);
  const gone = (promise: Promise<void>) => promise.then(() => replace(to.list));
  return (
    <section className="endings">
      <h3 className="unseen">More</h3>
      <button type="button" onClick={() => setAsking('clear')}>
        <Eraser aria-hidden="true" /> Clear the history
      </button>
      {peer &&
        person.items.map(item => (
          <button key={item.label} type="button" className={item.isDangerous ? 'dangerous' : ''} onClick={item.onSelect}>
            <item.icon aria-hidden="true" /> {item.label}
          </button>
        ))}
      {peer && person.dialog}
      {isGroup && (
        <button type="button" className="dangerous" onClick={() => setAsking('report')}>
          <Flag aria-hidden="true" /> Report
        </button>
      )}
      {isGroup && (
        <button type="button" className="dangerous" onClick={() => setAsking('leave')}>
          <LogOut aria-hidden="true" /> Leave the group
        </button>
      )}
      {isGroup && isOwner && (
        <button type="button" className="dangerous" onClick={() => setAsking('delete')}>
          <Trash2 aria-hidden="true" /> Delete the group
        </button>
      )}
      {asking === 'clear' && (
        <FormDialog title="Clear the history?" submit="Clear" isDangerous onSubmit={async () => conversation.clear()} onClose={close}>
          <p>All messages until now go from your devices. The others keep them.</p>
        </FormDialog>
      )}
      {asking === 'leave' && (
        <FormDialog title="Leave the group?" submit="Leave" isDangerous onSubmit={() => gone(conversation.leave())} onClose={close}>
          <p>The conversation goes from your list.{isOwner && ' Somebody else becomes the owner.'}</p>
        </FormDialog>
      )}
      {asking === 'delete' && (
        <FormDialog title="Delete the group?" submit="Delete" isDangerous onSubmit={() => gone(conversation.delete())} onClose={close}>
          <p>It goes for everybody, with all that was said. This can’t be taken back.</p>
        </FormDialog>
      )}
      {asking === 'report' && (
        <ReportDialog
          title="Report this group"
          hint="Moderators get the newest messages. Nobody here is told."
          target={{ conversationId }}
          onClose={close}
        />
      )}
    </section>
  );
}
