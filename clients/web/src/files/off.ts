import type { OutboxItem } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { useEffect, useSyncExternalStore } from 'react';
import { notify } from '../ui/notices.tsx';

const name = 'files-off';

/** Whether the service takes no files that aren't shown. It tells by refusing one: that holds until this window is closed. */
export const areFilesOff = () => sessionStorage.getItem(name) !== null;

export const tellOff = () => notify('Files can’t be sent here, but photos, videos and voice messages.', true);

/** What an earlier visit was refused says nothing of now. */
const isRefusal = ({ error, queuedAt }: OutboxItem) => error?.code === 'files_disabled' && Date.parse(queuedAt) >= performance.timeOrigin;

/** The same while a component is mounted; the first refusal is said. */
export function useFilesOff(): boolean {
  const { outbox } = useChat();
  const isOff = useSyncExternalStore(outbox.subscribe, () => areFilesOff() || outbox.getSnapshot().some(isRefusal));
  useEffect(() => {
    if (!isOff || areFilesOff()) return;
    sessionStorage.setItem(name, '');
    tellOff();
  }, [isOff]);
  return isOff;
}
