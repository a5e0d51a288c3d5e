import type { InviteLink } from '@chat-functions/client';
import { Copy, Link, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useAsked } from '../asked.ts';
import { explain, momentOf, plural } from '../format.ts';
import { useHere } from '../conversation/here.ts';
import { to } from '../route.ts';
import { IconButton } from '../ui/button.tsx';
import { copy } from '../ui/copy.ts';
import { FormDialog } from '../ui/dialog.tsx';
import { outcome } from '../ui/notices.tsx';

const addressOf = (code: string) => new URL(to.join(code), location.origin + location.pathname).href;

export function InviteLinks() {
  const { conversation } = useHere();
  // Of one conversation: the details of another are another component.
  const { value: links = [], error, reload } = useAsked(() => conversation.inviteLinks());
  const [fresh, setFresh] = useState<InviteLink>();
  const [isMaking, setMaking] = useState(false);
  return (
    <section>
      <h3>Invite links</h3>
      <button type="button" className="wide" onClick={() => setMaking(true)}>
        <Link aria-hidden="true" /> New link
      </button>
      {fresh?.code && <Fresh code={fresh.code} />}
      <p className="error" role="alert">
        {error !== undefined && explain(error)}
      </p>
      <ul className="plain">
        {links.map(link => (
          <li key={link.linkId}>
            <span>
              {plural(link.uses, 'use')}
              {link.maxUses && ` of ${link.maxUses}`}
              <span className="quiet">{link.expiresAt ? ` · until ${momentOf(link.expiresAt)}` : ' · for good'}</span>
            </span>
            <IconButton
              label="Delete the link"
              icon={Trash2}
              onClick={() =>
                outcome(conversation.deleteInviteLink(link.linkId), 'The link lets nobody in any more.').then(() => {
                  if (fresh?.linkId === link.linkId) setFresh(undefined);
                  return reload();
                })
              }
            />
          </li>
        ))}
      </ul>
      {isMaking && (
        <NewLink
          onMade={link => {
            setFresh(link);
            void reload();
          }}
          onClose={() => setMaking(false)}
        />
      )}
    </section>
  );
}

/** A link that is shown once: the service keeps a hash of it alone. */
function Fresh({ code }: { readonly code: string }) {
  const address = addressOf(code);
  return (
    <div className="fresh" role="status">
      <p>Copy it now: it can’t be shown again.</p>
      <div className="row">
        <input readOnly value={address} aria-label="The new link" onFocus={event => event.currentTarget.select()} />
        <IconButton
          label="Copy the link"
          icon={Copy}
          onClick={() => void copy(address)}
        />
      </div>
    </div>
  );
}

const days = [1, 7, 30];

function NewLink({ onMade, onClose }: { readonly onMade: (link: InviteLink) => void; readonly onClose: () => void }) {
  const { conversation } = useHere();
  const [lifetime, setLifetime] = useState(7);
  const [uses, setUses] = useState('');
  const make = async () =>
    onMade(
      await conversation.createInviteLink({
        ...(lifetime ? { expiresAt: new Date(Date.now() + lifetime * 86_400_000) } : {}),
        ...(uses ? { maxUses: Number(uses) } : {}),
      }),
    );
  return (
    <FormDialog title="New invite link" submit="Make it" onSubmit={make} onClose={onClose}>
      <label>
        Good for
        <select value={lifetime} onChange={event => setLifetime(Number(event.target.value))}>
          {days.map(count => (
            <option key={count} value={count}>
              {plural(count, 'day')}
            </option>
          ))}
          <option value={0}>ever</option>
        </select>
      </label>
      <label>
        How many may come by it (empty for any number)
        <input type="number" min={1} max={1000} value={uses} onChange={event => setUses(event.target.value)} />
      </label>
    </FormDialog>
  );
}
