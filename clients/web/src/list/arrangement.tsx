import type { ConversationView } from '@chat-functions/client';
import { useConversation } from '@chat-functions/react';
import { Archive, ArchiveRestore, Bell, BellOff, Pin, PinOff } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { FormDialog } from '../ui/dialog.tsx';
import type { MenuItem } from '../ui/menu.tsx';

/** What the user can do with a conversation in their own list, and the dialog that some of it opens. */
export function useArrangement({ conversationId, preferences, isMuted }: ConversationView): {
  readonly items: readonly MenuItem[];
  readonly dialog: ReactNode;
} {
  const conversation = useConversation(conversationId);
  const [isMuting, setMuting] = useState(false);
  const { pinned, archived } = preferences;
  return {
    items: [
      {
        label: pinned ? 'Unpin' : 'Pin to the top',
        icon: pinned ? PinOff : Pin,
        onSelect: () => conversation.setPreferences({ pinned: !pinned }),
      },
      isMuted
        ? { label: 'Unmute', icon: Bell, onSelect: () => conversation.setPreferences({ mutedUntil: null }) }
        : { label: 'Mute', icon: BellOff, onSelect: () => setMuting(true) },
      {
        label: archived ? 'Unarchive' : 'Archive',
        icon: archived ? ArchiveRestore : Archive,
        onSelect: () => conversation.setPreferences({ archived: !archived }),
      },
    ],
    dialog: isMuting && (
      <MuteDialog onMute={async mutedUntil => conversation.setPreferences({ mutedUntil })} onClose={() => setMuting(false)} />
    ),
  };
}

/** What mutes for good. */
const forGood = '9999-12-31T23:59:59.999Z';

export const isForGood = (mutedUntil: string) => mutedUntil >= '9999';

/** How long, in hours; 0 is for good. */
const spans = new Map([
  [1, 'For an hour'],
  [8, 'For 8 hours'],
  [24, 'For a day'],
  [168, 'For a week'],
  [0, 'Until I turn it on again'],
]);

interface MuteDialogProps {
  readonly onMute: (mutedUntil: string) => Promise<unknown>;
  readonly onClose: () => void;
  readonly title?: string;
}

export function MuteDialog({ onMute, onClose, title = 'Mute the conversation' }: MuteDialogProps) {
  const [hours, setHours] = useState(8);
  const mute = () => onMute(hours ? new Date(Date.now() + hours * 3_600_000).toISOString() : forGood);
  return (
    <FormDialog title={title} submit="Mute" onSubmit={mute} onClose={onClose}>
      <fieldset>
        <legend className="unseen">How long</legend>
        {[...spans].map(([span, text]) => (
          <label key={span} className="choice">
            <input type="radio" name="span" checked={hours === span} onChange={() => setHours(span)} />
            {text}
          </label>
        ))}
      </fieldset>
      <p className="hint">It notifies you of nothing meanwhile, and its unread messages don’t count in the total.</p>
    </FormDialog>
  );
}
