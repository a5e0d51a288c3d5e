import type { MessageView, ShownAttachment } from '@chat-functions/client';
import { usePhoto, useUploadProgress } from '@chat-functions/react/media';
import { Pause, Play, X } from 'lucide-react';
import { useChat } from '@chat-functions/react';
import { useName } from '../names.ts';
import { IconButton } from '../ui/button.tsx';
import { clock } from './clock.ts';
import { usePlayer } from './player.ts';

interface VoiceMessageProps {
  readonly message: MessageView;
  readonly voice: ShownAttachment;
  readonly isTabStop: boolean;
}

const flat: readonly number[] = new Array(64).fill(0);

/** A voice message: it is played, and sought in, by mouse, finger or keys. */
export default function VoiceMessage({ message, voice, isTabStop }: VoiceMessageProps) {
  const { outbox } = useChat();
  const sender = useName(message.senderId, message.conversationId);
  const { url, error } = usePhoto(message, voice, 'original');
  const progress = useUploadProgress(voice);
  const { isPlaying, at, isBroken, toggle, seek } = usePlayer(url);
  const tabIndex = isTabStop ? 0 : -1;
  if (voice.state === 'failed' || error?.code === 'media_failed')
    return <p className="text quiet">This voice message couldn’t be processed.</p>;
  if (error && !error.isTransient && error.code !== 'media_not_ready')
    return <p className="text quiet">This voice message isn’t there any more.</p>;
  const levels = voice.waveform ?? flat;
  const seconds = (voice.durationMs ?? 0) / 1000;
  const played = seconds ? (at / seconds) * levels.length : 0;
  const whose = message.isMine ? 'yours' : sender;
  const isWaiting = message.state === 'queued' || message.state === 'sending';
  return (
    <div className="voice" role="group" aria-label={`Voice message, ${whose}`}>
      {message.outboxId && message.state === 'queued' ? (
        <IconButton label="Don’t send it" icon={X} tabIndex={tabIndex} onClick={() => void outbox.cancel(message.outboxId!)} />
      ) : (
        <IconButton
          label={!url ? 'Not ready yet' : isPlaying ? 'Pause' : 'Play'}
          icon={isPlaying ? Pause : Play}
          className="play"
          tabIndex={tabIndex}
          aria-disabled={!url}
          onClick={() => url && toggle()}
        />
      )}
      <span className="wave">
        <span className="bars" aria-hidden="true">
          {levels.map((level, index) => (
            <i key={index} className={index < played ? 'is-played' : undefined} style={{ height: `${Math.max(8, level)}%` }} />
          ))}
        </span>
        <input
          type="range"
          aria-label="Position"
          aria-valuetext={`${clock(at * 1000)} of ${clock(seconds * 1000)}`}
          min={0}
          max={seconds || 1}
          step={0.1}
          value={Math.min(at, seconds || 1)}
          tabIndex={tabIndex}
          onChange={event => seek(Number(event.target.value))}
          onKeyDown={event => {
            // A tenth of a second is too little for a key.
            const by = { ArrowLeft: -2, ArrowDown: -2, ArrowRight: 2, ArrowUp: 2 }[event.key];
            if (!by) return;
            event.preventDefault();
            event.stopPropagation();
            seek(Math.min(seconds, Math.max(0, at + by)));
          }}
        />
      </span>
      {isWaiting ? (
        <span
          className="length"
          role="progressbar"
          aria-label="Upload"
          aria-valuenow={progress === undefined ? undefined : Math.round(progress * 100)}
        >
          {progress === undefined ? clock(seconds * 1000) : `${Math.round(progress * 100)} %`}
        </span>
      ) : (
        <span className="length">{isBroken ? 'Can’t be played' : clock(isPlaying || at ? at * 1000 : seconds * 1000)}</span>
      )}
    </div>
  );
}
