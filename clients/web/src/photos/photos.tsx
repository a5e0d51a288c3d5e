import type { MessageView } from '@chat-functions/client';
import { useChat } from '@chat-functions/react';
import { X } from 'lucide-react';
import { lazy, Suspense, useContext, useRef, type CSSProperties } from 'react';
import { wordOf } from '../format.ts';
import { useName } from '../names.ts';
import { Boundary } from '../ui/boundary.tsx';
import { IconButton } from '../ui/button.tsx';
import { OpenPhoto } from './opened.tsx';

const PhotoTile = lazy(() => import('./tile.tsx'));

interface PhotosProps {
  readonly message: MessageView;
  readonly isTabStop: boolean;
}

/** With so many photos the first one is a large one. */
const withLarge = [1, 3, 7];

/** The shape of one photo, within what fits into a conversation. Of one that isn't looked at yet nobody knows it. */
function ratioOf({ width, height }: { readonly width?: number; readonly height?: number }): number {
  return width && height ? Math.min(2, Math.max(0.75, width / height)) : 4 / 3;
}

/** A message's photos and videos. Each has its room from the start, so that nothing moves when it comes. */
export function Photos({ message, isTabStop }: PhotosProps) {
  const { outbox } = useChat();
  const open = useContext(OpenPhoto);
  const sender = useName(message.senderId, message.conversationId);
  const { attachments = [], outboxId, state } = message;
  const ratio = useRef(ratioOf(attachments[0]!));
  const whose = message.isMine ? 'yours' : sender;
  const label = (index: number) => {
    const word = wordOf(attachments[index]!);
    return attachments.length > 1 ? `${word} ${index + 1} of ${attachments.length}, ${whose}` : `${word}, ${whose}`;
  };
  return (
    <div className="photos" data-count={attachments.length} style={{ '--ratio': ratio.current } as CSSProperties}>
      {attachments.map((attachment, index) => (
        <div key={index} className="photo">
          <Boundary fallback={<p className="missing">{`This ${wordOf(attachment).toLowerCase()} can’t be shown now.`}</p>}>
            <Suspense>
              <PhotoTile
                message={message}
                attachment={attachment}
                label={label(index)}
                variant={index === 0 && withLarge.includes(attachments.length) ? '1080' : '320'}
                isTabStop={isTabStop}
                onOpen={() => open(message.key, index)}
              />
            </Suspense>
          </Boundary>
        </div>
      ))}
      {outboxId && state === 'queued' && (
        <IconButton
          label="Don’t send it"
          icon={X}
          className="on-photo"
          tabIndex={isTabStop ? 0 : -1}
          onClick={() => void outbox.cancel(outboxId)}
        />
      )}
    </div>
  );
}
