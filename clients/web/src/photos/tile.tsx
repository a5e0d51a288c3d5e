import type { MessageView, ShownAttachment } from '@chat-functions/client';
import { usePhoto, useUploadProgress } from '@chat-functions/react/media';
import { ImageOff, Play } from 'lucide-react';
import { useEffect, useState } from 'react';
import { clock } from '../voice/clock.ts';
import { Blurred } from './blurred.tsx';

interface PhotoTileProps {
  readonly message: MessageView;
  readonly attachment: ShownAttachment;
  readonly label: string;
  readonly variant: '1080' | '320';
  readonly isTabStop: boolean;
  readonly onOpen: () => void;
}

/** One photo or video. */
export default function PhotoTile(props: PhotoTileProps) {
  return props.attachment.kind === 'video' ? <VideoTile {...props} /> : <StillTile {...props} />;
}

/** What a video looks like and how long it is. Nothing of it is loaded before it is played. */
function VideoTile({ message, attachment, label, isTabStop, onOpen }: PhotoTileProps) {
  const progress = useUploadProgress(attachment);
  if (attachment.state === 'failed') return <Missing text="This video couldn’t be processed." />;
  const { blurhash, durationMs } = attachment;
  const isWaiting = message.state === 'queued' || message.state === 'sending';
  const canPlay = !!attachment.blob || attachment.state === 'ready';
  const length = durationMs === undefined ? '' : clock(durationMs);
  return (
    <>
      <button
        type="button"
        aria-label={length ? `${label}, ${length}` : label}
        tabIndex={isTabStop ? 0 : -1}
        aria-disabled={!canPlay}
        onClick={() => canPlay && onOpen()}
      >
        {blurhash && <Blurred hash={blurhash} />}
      </button>
      {length && <span className="duration">{length}</span>}
      {isWaiting ? (
        <Progress part={progress} label={label} />
      ) : canPlay ? (
        <span className="play-mark">
          <Play aria-hidden="true" />
        </span>
      ) : (
        <span className="spinner" role="status" aria-label="Being processed" />
      )}
    </>
  );
}

/** What a photo will look like until it is there, and how far its upload is. */
function StillTile({ message, attachment, label, variant, isTabStop, onOpen }: PhotoTileProps) {
  const { url, error } = usePhoto(message, attachment, variant);
  const progress = useUploadProgress(attachment);
  const [shown, setShown] = useState<string>();
  const [broken, setBroken] = useState<string>();
  useEffect(() => {
    if (!broken) return;
    const again = () => setBroken(undefined);
    addEventListener('online', again);
    return () => removeEventListener('online', again);
  }, [broken]);
  if (attachment.state === 'failed' || error?.code === 'media_failed') return <Missing text="This photo couldn’t be processed." />;
  if (error && !error.isTransient && error.code !== 'media_not_ready') return <Missing text="This photo isn’t there any more." />;
  const isBroken = url !== undefined && broken === url;
  if (isBroken && navigator.onLine) return <Missing text="This photo can’t be shown now." />;
  const isLoading = !url || shown === undefined;
  const isWaiting = message.state === 'queued' || message.state === 'sending';
  return (
    <>
      <button type="button" aria-label={label} tabIndex={isTabStop ? 0 : -1} aria-disabled={!url} onClick={() => url && onOpen()}>
        {isLoading && attachment.blurhash && <Blurred hash={attachment.blurhash} />}
        {url && !isBroken && <img src={url} alt="" draggable={false} onLoad={() => setShown(url)} onError={() => setBroken(url)} />}
      </button>
      {isWaiting ? (
        <Progress part={progress} label={label} />
      ) : (
        isLoading && !attachment.blurhash && <span className="spinner" role="status" aria-label="Being processed" />
      )}
    </>
  );
}

function Missing({ text }: { readonly text: string }) {
  return (
    <p className="missing">
      <ImageOff aria-hidden="true" />
      {text}
    </p>
  );
}

function Progress({ part, label }: { readonly part: number | undefined; readonly label: string }) {
  const percent = part === undefined ? undefined : Math.round(part * 100);
  return (
    <span
      className="upload"
      role="progressbar"
      aria-label={`Upload: ${label}`}
      aria-valuenow={percent}
      style={{ '--part': `${percent ?? 0}%` } as React.CSSProperties}
    />
  );
}
