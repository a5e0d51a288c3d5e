import { LogOut, Trash2, UserX } from 'lucide-react';
import { useState } from 'react';
import { useHere } from '../conversation/here.ts';
import { Names, Span } from '../details/group-settings.tsx';
import { InviteLinks } from '../details/invite-links.tsx';
import { Members } from '../details/members.tsx';
import { replace, to } from '../route.ts';
import { Dialog, FormDialog } from '../ui/dialog.tsx';
import { notify, outcome } from '../ui/notices.tsx';
import { PeopleField } from '../ui/people-field.tsx';
import { PrivateChoice } from './private-choice.tsx';

type Ending = 'exclude' | 'leave' | 'delete';

/** Who posts in a channel, and for its owner and admins how it is called and who may not follow it. */
export default function ChannelSettings({ onClose }: { readonly onClose: () => void }) {
  const { details, isAdmin, isOwner } = useHere();
  const [asking, setAsking] = useState<Ending>();
  const close = () => setAsking(undefined);
  return (
    <>
      <Dialog title="Members and settings" onClose={onClose}>
        <div className="details channel-settings">
          {isAdmin && details && <Names details={details} />}
          {isAdmin && details && <Access />}
          {isAdmin && <CommentSettings />}
          <Members />
          <section className="endings">
            <h3 className="unseen">More</h3>
            {isAdmin && (
              <button type="button" onClick={() => setAsking('exclude')}>
                <UserX aria-hidden="true" /> Take a follower out
              </button>
            )}
            <button type="button" className="dangerous" onClick={() => setAsking('leave')}>
              <LogOut aria-hidden="true" /> Leave the channel
            </button>
            {isOwner && (
              <button type="button" className="dangerous" onClick={() => setAsking('delete')}>
                <Trash2 aria-hidden="true" /> Delete the channel
              </button>
            )}
          </section>
        </div>
      </Dialog>
      {asking === 'exclude' && <Exclude onClose={close} />}
      {(asking === 'leave' || asking === 'delete') && <End ending={asking} onClose={close} />}
    </>
  );
}

/** Who may follow it, and the links that bring them. */
function Access() {
  const { conversation, details } = useHere();
  const change = (isPrivate: boolean) =>
    void outcome(
      conversation.update({ visibility: isPrivate ? 'private' : 'public' }),
      isPrivate ? 'Private. Who follows it already goes on.' : 'Public. Whoever has its link can follow.',
    );
  return (
    <>
      <section>
        <h3>Who can follow</h3>
        <PrivateChoice isPrivate={details?.visibility === 'private'} onChange={change} />
      </section>
      <InviteLinks />
    </>
  );
}

/** Whether followers comment, and how often. */
function CommentSettings() {
  const { conversation, details } = useHere();
  if (!details) return null;
  const change = (what: Parameters<typeof conversation.update>[0]) => void outcome(conversation.update(what), 'Saved.');
  return (
    <section>
      <h3>Comments</h3>
      <label className="choice">
        <input
          type="checkbox"
          className="switch"
          checked={!!details.comments}
          onChange={event => change({ comments: event.target.checked })}
        />
        Followers comment on posts
      </label>
      {details.comments && (
        <Span
          label="Pause between a follower’s comments"
          none="None"
          choices={[10, 30, 60, 300, 3_600]}
          value={details.slowModeSeconds ?? 0}
          onChange={value => change({ slowModeSeconds: value })}
        />
      )}
    </section>
  );
}

/** Nobody can list followers: whom the owner takes out they know from elsewhere. */
function Exclude({ onClose }: { readonly onClose: () => void }) {
  const { conversation } = useHere();
  const [people, setPeople] = useState<readonly string[]>([]);
  const exclude = async () => {
    for (const userId of people) await conversation.removeMember(userId);
    notify('They can’t follow the channel any more.');
  };
  return (
    <FormDialog title="Take a follower out" submit="Take out" isDangerous isReady={people.length > 0} onSubmit={exclude} onClose={onClose}>
      <PeopleField label="Who" suggestions={[]} onChange={setPeople} />
      <p className="hint">They don’t see the channel any more, and can’t follow it again.</p>
    </FormDialog>
  );
}

function End({ ending, onClose }: { readonly ending: 'leave' | 'delete'; readonly onClose: () => void }) {
  const { conversation, isOwner } = useHere();
  const end = async () => {
    await (ending === 'leave' ? conversation.leave() : conversation.delete());
    replace(to.channels);
  };
  return ending === 'leave' ? (
    <FormDialog title="Leave the channel?" submit="Leave" isDangerous onSubmit={end} onClose={onClose}>
      <p>You post in it no more.{isOwner && ' Somebody else becomes the owner; without anybody else it is gone.'}</p>
    </FormDialog>
  ) : (
    <FormDialog title="Delete the channel?" submit="Delete" isDangerous onSubmit={end} onClose={onClose}>
      <p>It goes for everybody who follows it, with all that was posted. This can’t be taken back.</p>
    </FormDialog>
  );
}
