import { useChat, useObservable } from '@chat-functions/react';
import { Ban, EyeOff, Flag, Volume2, VolumeX } from 'lucide-react';
import { useState, type ReactNode } from 'react';
import { FormDialog } from '../ui/dialog.tsx';
import type { MenuItem } from '../ui/menu.tsx';
import { notify, outcome } from '../ui/notices.tsx';
import { ReportDialog } from '../ui/report-dialog.tsx';

/** What the user can do about somebody, and the dialog that some of it opens. The other one is told of none of it. */
export function usePerson(userId: string, name: string): { readonly items: readonly MenuItem[]; readonly dialog: ReactNode } {
  const chat = useChat();
  const isMuted = useObservable(chat.mutes).value.includes(userId);
  const isBlocked = useObservable(chat.blocks).value.includes(userId);
  const [asking, setAsking] = useState<'restrict' | 'block' | 'report'>();
  const close = () => setAsking(undefined);
  const path = { userId };
  const restrict = async () => {
    await chat.api.put('/restrictions/{userId}', { path });
    notify(`What ${name} writes to you is among your requests now.`);
  };
  return {
    items: [
      isMuted
        ? {
            label: `Unmute ${name}`,
            icon: Volume2,
            onSelect: () => void outcome(chat.api.delete('/mutes/{userId}', { path }), `${name} isn’t muted any more.`),
          }
        : {
            label: `Mute ${name}`,
            icon: VolumeX,
            onSelect: () => void outcome(chat.api.put('/mutes/{userId}', { path }), `Nothing that ${name} says notifies you any more.`),
          },
      { label: `Restrict ${name}`, icon: EyeOff, onSelect: () => setAsking('restrict') },
      isBlocked
        ? { label: `Unblock ${name}`, icon: Ban, onSelect: () => void outcome(chat.unblock(userId), `${name} isn’t blocked any more.`) }
        : { label: `Block ${name}`, icon: Ban, isDangerous: true, onSelect: () => setAsking('block') },
      { label: `Report ${name}`, icon: Flag, isDangerous: true, onSelect: () => setAsking('report') },
    ],
    dialog: (
      <>
        {asking === 'restrict' && (
          <FormDialog title={`Restrict ${name}?`} submit="Restrict" onSubmit={restrict} onClose={close}>
            <p>Your conversation moves to your requests, and what they write there waits. They don’t notice. Groups don’t change.</p>
          </FormDialog>
        )}
        {asking === 'block' && (
          <FormDialog title={`Block ${name}?`} submit="Block" isDangerous onSubmit={() => chat.block(userId)} onClose={close}>
            <p>Neither of you can write to the other, and you don’t see what they say in groups. They aren’t told.</p>
          </FormDialog>
        )}
        {asking === 'report' && (
          <ReportDialog
            title={`Report ${name}`}
            hint="Moderators get the newest messages. Nobody here is told."
            target={{ userId }}
            onClose={close}
          />
        )}
      </>
    ),
  };
}
