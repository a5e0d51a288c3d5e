import type { MessageView } from '@chat-functions/client';
import { createContext, lazy, Suspense, useCallback, useEffect, useMemo, useState, type ReactNode } from 'react';
import { Boundary } from '../ui/boundary.tsx';
import { notify } from '../ui/notices.tsx';

const Lightbox = lazy(() => import('./lightbox.tsx'));

/** Shows a photo large: that of the message with this key, at this place in it. */
export const OpenPhoto = createContext<(key: string, at: number) => void>(() => {});

interface OpenedPhotoProps {
  readonly messages: readonly MessageView[];
  readonly children: ReactNode;
}

/** Lets photos of these messages be opened, beside their rows, which come and go with scrolling. One closes when its message goes. */
export function OpenedPhoto({ messages, children }: OpenedPhotoProps) {
  const [opened, setOpened] = useState<{ readonly key: string; readonly at: number }>();
  const open = useCallback((key: string, at: number) => setOpened({ key, at }), []);
  const close = useCallback(() => setOpened(undefined), []);
  const found = useMemo(() => opened && messages.find(({ key }) => key === opened.key), [opened, messages]);
  const message = found && !found.unsentAt && !found.hidden && found.attachments?.length ? found : undefined;
  const isGone = opened && !message;
  useEffect(() => {
    if (isGone) close();
  }, [isGone, close]);
  return (
    <OpenPhoto value={open}>
      {children}
      {opened && message && (
        <Boundary
          onError={() => {
            close();
            notify('It can’t be shown now. Reload the page to try again.', true);
          }}
        >
          <Suspense>
            <Lightbox message={message} at={opened.at} onClose={close} />
          </Suspense>
        </Boundary>
      )}
    </OpenPhoto>
  );
}
