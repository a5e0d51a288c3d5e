import type { MessageView, ShownAttachment } from '@chat-functions/client';
import { usePhoto } from '@chat-functions/react/media';
import { ChevronLeft, ChevronRight, Download, X } from 'lucide-react';
import { useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { explain, momentOf, wordOf } from '../format.ts';
import { useName } from '../names.ts';
import { IconButton } from '../ui/button.tsx';
import { useModal } from '../ui/dialog.tsx';
import { useSave } from './save.ts';

interface LightboxProps {
  readonly message: MessageView;
  /** Which photo it begins with. */
  readonly at: number;
  readonly onClose: () => void;
}

/** More than this, in px, is a swipe. */
const swipe = 50;

/** A message's photos and videos, one at a time, as large as the window. */
export default function Lightbox({ message, at, onClose }: LightboxProps) {
  const dialog = useModal();
  const closer = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => closer.current!.focus(), []);
  const sender = useName(message.senderId, message.conversationId);
  const [index, setIndex] = useState(at);
  const touch = useRef<number>(undefined);
  const photos = message.attachments ?? [];
  const count = photos.length;
  const photo = photos[index]!;
  const title = count > 1 ? `${wordOf(photo)} ${index + 1} of ${count}` : wordOf(photo);
  const move = (by: number) => setIndex((index + by + count) % count);
  const key = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    // A video is sought in by them.
    if (!by || count < 2 || event.target instanceof HTMLVideoElement) return;
    event.preventDefault();
    move(by);
  };
  const save = useSave(message, photo);
  return (
    <dialog
      ref={dialog}
      className="lightbox"
      aria-label={title}
      onKeyDown={key}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
      onTouchStart={event => (touch.current = event.touches.length === 1 ? event.touches[0]!.clientX : undefined)}
      onTouchEnd={event => {
        const moved = touch.current === undefined ? 0 : event.changedTouches[0]!.clientX - touch.current;
        if (count > 1 && Math.abs(moved) > swipe) move(moved < 0 ? 1 : -1);
      }}
    >
      <header>
        <p>
          <b dir="auto">{message.isMine ? 'You' : sender}</b>
          <span>
            {momentOf(message.at)}
            {count > 1 && <span role="status"> · {title}</span>}
          </span>
        </p>
        <IconButton label="Save" icon={Download} onClick={save} />
        <IconButton ref={closer} label="Close" icon={X} onClick={onClose} />
      </header>
      <Shown
        key={photo.mediaId}
        message={message}
        photo={photo}
        title={`${title}, ${message.isMine ? 'yours' : sender}`}
        onClose={onClose}
      />
      {count > 1 && (
        <>
          <IconButton label="Previous photo" icon={ChevronLeft} className="previous" onClick={() => move(-1)} />
          <IconButton label="Next photo" icon={ChevronRight} className="next" onClick={() => move(1)} />
        </>
      )}
    </dialog>
  );
}

interface ShownProps {
  readonly message: MessageView;
  readonly photo: ShownAttachment;
  readonly title: string;
  readonly onClose: () => void;
}

function Shown({ message, photo, title, onClose }: ShownProps) {
  const isVideo = photo.kind === 'video';
  const word = wordOf(photo).toLowerCase();
  const { url, error } = usePhoto(message, photo, isVideo ? 'original' : '1080');
  const [broken, setBroken] = useState<string>();
  return (
    <div className="stage" onMouseDown={event => event.target === event.currentTarget && onClose()}>
      {isVideo && url && broken === url ? (
        <p>This browser can’t play the video. Save it to see it elsewhere.</p>
      ) : isVideo && url ? (
        <video
          src={url}
          aria-label={title}
          width={photo.width}
          height={photo.height}
          controls
          playsInline
          preload="none"
          autoPlay
          onError={() => setBroken(url)}
        />
      ) : url ? (
        <img src={url} alt={title} width={photo.width} height={photo.height} draggable={false} />
      ) : error ? (
        <p>{error.isTransient ? explain(error) : `This ${word} isn’t there any more.`}</p>
      ) : (
        <span className="spinner" role="status" aria-label={`Loading the ${word}`} />
      )}
    </div>
  );
}
